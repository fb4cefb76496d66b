/**
 * The forward pass of a Hugging Face Vision Transformer as an ONNX graph, in two forms of the same function: baked (base weights
 * plus merged deltas, summed) and factored (base weights untouched, the deltas as branches beside them), with its head.
 *
 * <p>Source: Dosovitskiy et al., <a href="https://arxiv.org/abs/2010.11929">An Image is Worth 16x16 Words</a>, in the
 * parametrisation of Hugging Face's {@code ViTForImageClassification}.
 */
package ham.export.vit;
