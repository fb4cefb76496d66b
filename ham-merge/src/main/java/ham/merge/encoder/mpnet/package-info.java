/** MPNet (arXiv 2004.09297) as transformers writes it, sentence-transformers' folders among them. */
package ham.merge.encoder.mpnet;
