package ham.merge.combine;

import ham.merge.adapter.LoraFactors;

/**
 * What one adapter brings to the merge of one weight.
 *
 * @param adapter the adapter's name
 * @param weight its weight in the merge
 * @param factors its change of this weight, {@code D = s B A}
 */
public record Contribution(String adapter, double weight, LoraFactors factors) {}
