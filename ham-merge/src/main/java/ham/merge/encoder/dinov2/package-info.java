/** DINOv2 (arXiv 2304.07193), with registers (arXiv 2309.16588) and with a SwiGLU MLP, as transformers and timm write it. */
package ham.merge.encoder.dinov2;
