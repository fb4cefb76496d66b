package ham.merge.combine;

import ham.merge.adapter.LoraFactors;

/**
 * One addend of a delta: {@code weight * s * B A}.
 *
 * @param weight multiplier on top of the factors' own scaling
 * @param factors A, B and s
 */
public record Branch(double weight, LoraFactors factors) {}
