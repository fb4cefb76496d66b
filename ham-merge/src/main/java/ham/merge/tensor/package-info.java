/** Dense float32 matrices and the two half-precision encodings that checkpoints and adapters are stored in. */
package ham.merge.tensor;
