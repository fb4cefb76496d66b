/** DINOv3's ViTs (arXiv 2508.10104) as transformers and timm write them: rotary positions, register tokens, LayerScale. */
package ham.merge.encoder.dinov3;
