/**
 * HAM's merge, step by step: {@link ham.merge.method.Pruning} (prune), {@link ham.merge.method.Similarity} (compare),
 * {@link ham.merge.method.HamMerge} (place and join) and {@link ham.merge.method.Deltas} (merge). Source: Hierarchical Adapter Merging
 * for Scalable Continual Learning, arXiv 2509.13211.
 */
package ham.merge.method;
