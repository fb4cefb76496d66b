package ham.train.head;

/**
 * What {@link LatentStatistics} remember of all images so far, enough to go on after a restart.
 *
 * @param seen how many classes there were after every task
 * @param gram sum of psi^T psi over images, [m, m], symmetric
 * @param cross sum of psi by class, [classes, m]
 * @param drawn latents that were drawn for every class when it was met, [classes, draws, 2 d]
 */
@SuppressWarnings("ArrayRecordComponent")
public record LatentSums(int[] seen, double[] gram, double[] cross, float[] drawn) {
    /** Of no image, with m functions. */
    static LatentSums empty(int functions) {
        return new LatentSums(
                new int[0], new double[Math.multiplyExact(functions, functions)], new double[0], new float[0]);
    }

    /** How many classes there are. */
    public int classes() {
        return seen.length == 0 ? 0 : seen[seen.length - 1];
    }
}
