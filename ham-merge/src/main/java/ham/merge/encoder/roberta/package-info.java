/** RoBERTa (arXiv 1907.11692) as transformers writes it, XLM-RoBERTa and CamemBERT, which have the same layers, among them. */
package ham.merge.encoder.roberta;
