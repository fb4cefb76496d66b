package ham.merge.method;

import ham.merge.adapter.LoraFactors;

/**
 * What one adapter brings to one weight: {@code weight * s * B A}.
 *
 * @param adapter the adapter's name
 * @param weight multiplier on top of the factors' own scaling
 * @param factors A, B and s
 */
public record Contribution(String adapter, double weight, LoraFactors factors) {}
