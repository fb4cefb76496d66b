/**
 * HAM's merge, step by step: {@link ham.merge.method.Pruning} (prune), {@link ham.merge.method.Similarity} (compare),
 * {@link ham.merge.method.HamMerge} (place and join) and {@link ham.merge.method.Deltas} (merge). Source: Hierarchical Adapter Merging
 * for Scalable Continual Learning, arXiv 2509.13211. Beside it the methods that treat each weight on its own
 * ({@link ham.merge.method.WeightMerge}).
 */
package ham.merge.method;
