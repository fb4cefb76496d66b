/** Classifier heads over the features of a ViT: linear, prototype (SimpleCIL) and analytic (RanPAC, arXiv 2307.02251), and the file that holds one. */
package ham.merge.head;
