/** What the inputs of adapted layers are like, and the least-squares merge that it allows: RegMean (arXiv 2212.09849), all at once or one adapter after the other. */
package ham.merge.gram;
