package ham.export.bake.match;

import ham.export.bake.read.ElementFormat;
import java.util.Locale;
import java.util.Optional;

/**
 * Measures how far stored values are from a base's weights, apart from one factor for all of them. Distances are fractions: the norm of what
 * is left over, by the norm of the weights.
 */
final class Nearness {

    /** Fewer values are proportional to others by chance. */
    static final int LEAST_VALUES = 16;

    /** Factors beyond it, or below one by it, are no scale of a layer. */
    private static final double LARGEST_FACTOR = 1e3;

    private Nearness() {}

    /**
     * A distance, and the factor at which it is measured.
     *
     * @param distance as a fraction of the weights' norm, after the factor
     * @param largest largest single difference as a fraction of the largest weight
     * @param factor 1 unless another makes the distance much smaller
     */
    record Measure(double distance, double largest, double factor) {
        static final Measure FAR = new Measure(1, 1, 1);

        boolean within(double tolerance) {
            return distance <= tolerance && largest <= tolerance;
        }
    }

    /** Last bits that another machine, or a way through another format, may change. */
    static double tolerance(ElementFormat format) {
        return switch (format) {
            case FLOAT -> 2e-6;
            case FLOAT16 -> 1e-3;
            case BFLOAT16 -> 8e-3;
        };
    }

    /** What counts as other weights beside a tolerance. */
    static double far(double tolerance) {
        return Math.min(0.1, 1000 * tolerance);
    }

    /** Whether all values are the same, which tells nothing about a factor. */
    static boolean flat(float[] weights) {
        for (float weight : weights) {
            if (weight != weights[0]) {
                return false;
            }
        }
        return true;
    }

    /** Compares stored values with weights, value by value. */
    static Measure measure(float[] stored, float[] weights) {
        double weightSquares = 0;
        double products = 0;
        float largestWeight = 0;
        for (int i = 0; i < weights.length; i++) {
            weightSquares += (double) weights[i] * weights[i];
            products += (double) weights[i] * stored[i];
            largestWeight = Math.max(largestWeight, Math.abs(weights[i]));
        }
        if (!(weightSquares > 0) || !Double.isFinite(weightSquares) || !Double.isFinite(products)) {
            return Measure.FAR;
        }
        Measure plain = at(1, stored, weights, weightSquares, largestWeight);
        double factor = products / weightSquares;
        boolean possible = !flat(weights)
                && weights.length >= LEAST_VALUES
                && Math.abs(factor) < LARGEST_FACTOR
                && Math.abs(factor) * LARGEST_FACTOR > 1;
        if (!possible) {
            return plain;
        }
        Measure scaled = at(factor, stored, weights, weightSquares, largestWeight);
        return 10 * scaled.distance < plain.distance ? scaled : plain;
    }

    private static Measure at(
            double factor, float[] stored, float[] weights, double weightSquares, float largestWeight) {
        double squares = 0;
        double largest = 0;
        for (int i = 0; i < weights.length; i++) {
            double difference = stored[i] - factor * weights[i];
            squares += difference * difference;
            largest = Math.max(largest, Math.abs(difference));
        }
        double size = Math.abs(factor);
        return new Measure(Math.sqrt(squares / weightSquares) / size, largest / largestWeight / size, factor);
    }

    /** Whether one is the other after a way through a narrower format, and through which. */
    static Optional<Likeness> roundTrip(float[] stored, float[] weights) {
        for (ElementFormat format : new ElementFormat[] {ElementFormat.FLOAT16, ElementFormat.BFLOAT16}) {
            boolean there = true;
            boolean back = true;
            for (int i = 0; (there || back) && i < weights.length; i++) {
                there &= format.same(stored[i], format.round(weights[i]));
                back &= format.same(weights[i], format.round(stored[i]));
            }
            if (there || back) {
                return Optional.of(Likeness.near("equal content after a round trip through "
                        + format.name().toLowerCase(Locale.ROOT)));
            }
        }
        return Optional.empty();
    }
}
