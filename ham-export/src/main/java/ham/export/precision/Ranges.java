package ham.export.precision;

import ham.export.parity.ParityInputs;
import ham.merge.InputException;
import java.util.LinkedHashMap;
import java.util.Map;

/** Which values activations take on some images. */
final class Ranges {
    /** Bins over the range of an activation, for percentiles. */
    private static final int BINS = 4096;

    private Ranges() {}

    /**
     * The range of every tapped value.
     *
     * @throws InputException if a value is not finite
     */
    static Map<String, ActivationRange> of(ActivationTap tap, ParityInputs images, RangeMethod method) {
        Map<String, ActivationRange> all = new LinkedHashMap<>();
        tap.run(images, (name, values) -> all.merge(name, range(name, values), ActivationRange::with));
        if (method == RangeMethod.MINMAX) {
            return all;
        }
        Map<String, long[]> counts = new LinkedHashMap<>();
        tap.run(
                images,
                (name, values) -> count(values, all.get(name), counts.computeIfAbsent(name, each -> new long[BINS])));
        all.replaceAll((name, range) -> cut(range, counts.get(name)));
        return all;
    }

    private static ActivationRange range(String name, float[] values) {
        float min = 0;
        float max = 0;
        for (float value : values) {
            min = Math.min(min, value); // keeps NaN
            max = Math.max(max, value);
        }
        if (!Float.isFinite(max - min)) {
            throw new InputException("Value " + name + ": expected finite numbers in the float32 model, found " + min
                    + " to " + max + "; check the weights and the images.");
        }
        return new ActivationRange(min, max);
    }

    private static void count(float[] values, ActivationRange range, long[] counts) {
        float width = (range.max() - range.min()) / BINS;
        for (float value : values) {
            int bin = width > 0 ? (int) ((value - range.min()) / width) : 0;
            counts[Math.min(BINS - 1, bin)]++;
        }
    }

    /** The range without the outer bins that together hold at most the tail on either side. */
    static ActivationRange cut(ActivationRange range, long[] counts) {
        long total = 0;
        for (long count : counts) {
            total += count;
        }
        long tail = (long) (RangeMethod.TAIL * total);
        int low = 0;
        for (long below = counts[0]; below <= tail; below += counts[low]) {
            low++;
        }
        int high = counts.length;
        for (long above = counts[high - 1]; above <= tail; above += counts[high - 1]) {
            high--;
        }
        float width = (range.max() - range.min()) / counts.length;
        return new ActivationRange(range.min() + low * width, range.min() + high * width);
    }
}
