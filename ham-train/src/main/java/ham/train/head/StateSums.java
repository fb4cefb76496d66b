package ham.train.head;

/**
 * What {@link StateStatistics} remember of all images so far, enough to go on after a restart.
 *
 * @param classes how many classes
 * @param gram sum of psi^T psi over images, [m, m], symmetric
 * @param cross sum of psi by class, [classes, m]
 * @param drawn states that were drawn for every class when it was met, [classes, draws, 2 d]
 */
@SuppressWarnings("ArrayRecordComponent")
public record StateSums(int classes, double[] gram, double[] cross, float[] drawn) {}
