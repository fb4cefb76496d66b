/** BERT (arXiv 1810.04805) as transformers writes it, sentence-transformers' folders among them. */
package ham.merge.encoder.bert;
