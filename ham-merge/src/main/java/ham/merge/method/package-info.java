/**
 * The methods beside HAM, one file each, that treat every weight on its own ({@link ham.merge.method.WeightMerge}). HAM's own steps are the
 * packages prune, compare, join and combine, put together in {@link ham.merge.plan}.
 */
package ham.merge.method;
