package ham.export.precision;

/**
 * The values that an activation is expected to take; others are cut off.
 *
 * @param min least value, at most 0
 * @param max greatest value, at least 0
 */
record ActivationRange(float min, float max) {
    private static final int STEPS = 255;
    private static final int SIGNED_STEPS = 127;

    /** Widens the range to hold 0, which must be exact. */
    ActivationRange {
        min = Math.min(0, min);
        max = Math.max(0, max);
        if (!Float.isFinite(max - min)) {
            throw new IllegalArgumentException("expected a finite range, found " + min + " to " + max);
        }
    }

    /** The range that holds both. */
    ActivationRange with(ActivationRange other) {
        return new ActivationRange(Math.min(min, other.min), Math.max(max, other.max));
    }

    /** Step of unsigned 8-bit integers over the range; a range of one value has the step 1. */
    float unsignedScale() {
        return positive((max - min) / STEPS);
    }

    /** The unsigned 8-bit integer that stands for 0. */
    int unsignedZero() {
        return (int) Math.max(0, Math.min(STEPS, Math.rint(-min / unsignedScale())));
    }

    /** Step of signed 8-bit integers from -127 to 127 around 0. */
    float signedScale() {
        return positive(Math.max(max, -min) / SIGNED_STEPS);
    }

    private static float positive(float scale) {
        return scale < Float.MIN_NORMAL ? 1 : scale;
    }
}
