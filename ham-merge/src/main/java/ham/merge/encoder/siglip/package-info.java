/** SigLIP's image encoder (arXiv 2303.15343) as transformers writes it, alone or beside its text encoder. */
package ham.merge.encoder.siglip;
