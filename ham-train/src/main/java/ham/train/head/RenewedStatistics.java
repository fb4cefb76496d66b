package ham.train.head;

/**
 * What statistics of the features of earlier images would be if these were seen through the present model, as far as it can be told.
 *
 * @param gram G of the random features, [M, M], symmetric and positive semidefinite
 * @param cross Q of the random features, transposed: [classes, M]
 * @param prototypes mean of the L2-normalised features of every class, [classes, d]
 */
@SuppressWarnings("ArrayRecordComponent")
public record RenewedStatistics(double[] gram, double[] cross, float[] prototypes) {}
