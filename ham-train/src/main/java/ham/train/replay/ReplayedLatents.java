package ham.train.replay;

/**
 * Latents of earlier classes that were drawn for one step.
 *
 * @param values [n, 2 d], row-major
 * @param positions class position of each
 * @param features of each by the model before the task, [n, d]
 */
@SuppressWarnings("ArrayRecordComponent")
public record ReplayedLatents(float[] values, int[] positions, float[] features) {
    /** No latent. */
    public static final ReplayedLatents NONE = new ReplayedLatents(new float[0], new int[0], new float[0]);

    /** How many. */
    public int size() {
        return positions.length;
    }
}
