/** DistilBERT (arXiv 1910.01108) as transformers writes it. */
package ham.merge.encoder.distilbert;
