package ham.runtime.image;

/**
 * For every target position along one axis: which source positions it is made of, and with what weights.
 *
 * <p>The filter is widened by the scale when an image shrinks (so that every source pixel counts) and never narrowed.
 * Weights are 22-bit fixed point, rounded half away from zero, as in Pillow's {@code Resample.c}.
 *
 * @param first first source position of every target position: {@code [size]}
 * @param count number of source positions: {@code [size]}
 * @param stride weights stored per target position
 * @param weights fixed-point weights: {@code [size * stride]}
 */
@SuppressWarnings("ArrayRecordComponent")
record AxisWeights(int[] first, int[] count, int stride, int[] weights) {
    /** Fractional bits of a weight: 32 less 8 for the pixel and 2 for the overshoot of a filter. */
    static final int PRECISION_BITS = 32 - 8 - 2;
    /** What a sum of weighted pixels starts from, so that the final shift rounds to nearest. */
    static final int HALF = 1 << (PRECISION_BITS - 1);

    static AxisWeights of(int sourceSize, int size, Resample filter) {
        double scale = (double) sourceSize / size;
        double filterScale = Math.max(scale, 1);
        double support = filter.support() * filterScale;
        int stride = (int) Math.ceil(support) * 2 + 1;
        int[] first = new int[size];
        int[] count = new int[size];
        int[] weights = new int[Math.multiplyExact(size, stride)];
        double[] exact = new double[stride];
        for (int i = 0; i < size; i++) {
            double center = (i + 0.5) * scale;
            first[i] = Math.max(0, (int) (center - support + 0.5));
            count[i] = Math.min(sourceSize, (int) (center + support + 0.5)) - first[i];
            double sum = 0;
            for (int k = 0; k < count[i]; k++) {
                exact[k] = filter.weight((k + first[i] - center + 0.5) * (1 / filterScale));
                sum += exact[k];
            }
            for (int k = 0; k < count[i]; k++) {
                weights[i * stride + k] = fixedPoint(sum == 0 ? exact[k] : exact[k] / sum);
            }
        }
        return new AxisWeights(first, count, stride, weights);
    }

    private static int fixedPoint(double weight) {
        return (int) (weight * (1 << PRECISION_BITS) + (weight < 0 ? -0.5 : 0.5));
    }

    /** The 8-bit pixel for a sum of weighted pixels that started from {@link #HALF}. */
    static byte pixel(int sum) {
        int value = sum >> PRECISION_BITS;
        return (byte) (value < 0 ? 0 : Math.min(value, 255));
    }
}
