/** CLIP's image encoder (arXiv 2103.00020) as transformers writes it, alone or beside its text encoder. */
package ham.merge.encoder.clip;
