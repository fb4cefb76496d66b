/**
 * Numerical kernels: matrix products of float32 in direct buffers, by OpenBLAS where its library loads and by plain Java elsewhere. Nothing
 * here knows adapters or merges.
 */
package ham.merge.kernel;
