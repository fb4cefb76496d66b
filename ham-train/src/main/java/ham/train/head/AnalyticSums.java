package ham.train.head;

/**
 * What the analytic head remembers of all images so far besides {@link Gram}, in float64: enough to go on after a restart.
 *
 * @param classes how many classes
 * @param cross Q = sum of h^T onehot(y), transposed: [classes, M]
 * @param images how many images
 * @param ridge lambda as a multiple of the mean of G's diagonal for one image, chosen at the last task
 * @param losses of every candidate for lambda, the sum over tasks of the cross-entropies on held-out images, each measured at its task
 */
@SuppressWarnings("ArrayRecordComponent")
public record AnalyticSums(int classes, double[] cross, long images, double ridge, double[] losses) {}
