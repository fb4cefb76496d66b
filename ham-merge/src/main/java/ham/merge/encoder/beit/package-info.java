/** BEiT (arXiv 2106.08254) and BEiT v2 (arXiv 2208.06366) as transformers and timm write them. */
package ham.merge.encoder.beit;
