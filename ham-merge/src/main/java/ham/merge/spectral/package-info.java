/**
 * Merges that work on singular values and vectors, data-free: TSV-M, Iso-C, Iso-CTS and OPCM, one file each. Factors stay factors as far as
 * their summed rank allows, so that a decomposition costs by (tasks times rank), not by the sides of the weight.
 */
package ham.merge.spectral;
