/**
 * Pre-trained Vision Transformers in the Hugging Face layout: configuration, tensor names, validated tensors. What is not exactly such a
 * model is refused by what was found.
 */
package ham.merge.checkpoint;
