/**
 * The forward pass of an encoder as an ONNX graph, in two forms of the same function: baked (base weights plus merged deltas, summed) and factored
 * (base weights untouched, the deltas as branches beside them), with its head. {@code VitGraph} writes the plain ViT, whose last block computes no more
 * than is pooled; {@code EncoderGraph} writes every family from its description.
 */
package ham.export.encoder;
