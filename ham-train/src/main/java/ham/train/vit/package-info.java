/**
 * The Vision Transformer's forward pass in the training engine, for Hugging Face checkpoints (Dosovitskiy et al.,
 * arXiv 2010.11929). Base weights are frozen; weights of adapted layers are passed in, so the same code serves training
 * and inference.
 */
package ham.train.vit;
