/**
 * What a graph was exported from: the checkpoint's tensors under the names of Hugging Face or timm, and the layers that these names mean.
 */
package ham.export.bake.base;
