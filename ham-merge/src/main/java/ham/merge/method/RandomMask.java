package ham.merge.method;

import java.nio.charset.StandardCharsets;

/**
 * Random numbers for the entries of one delta that depend on the seed, the adapter's name, the weight's name and the entry's flat index, and
 * on nothing else: not on the order, the other adapters or the threads. The generator is SplitMix64, whose n-th number needs no earlier one.
 */
final class RandomMask {
    private static final long GOLDEN = 0x9e3779b97f4a7c15L;
    /** How many numbers there are. */
    private static final double NUMBERS = 0x1p53;

    private final long key;

    RandomMask(long seed, String adapter, String weight) {
        this.key = hash(hash(mix(seed), adapter), weight);
    }

    /** The numbers below the threshold of a probability, which is one for all entries or one for each. */
    static long threshold(double probability) {
        return (long) Math.ceil(probability * NUMBERS);
    }

    /** All bits set when the number of entry {@code index} is below the threshold, else none. */
    int keep(int index, long threshold) {
        return (int) (((mix(key + (index + 1) * GOLDEN) >>> 11) - threshold) >> 63);
    }

    private static long hash(long start, String text) {
        long hash = start;
        for (byte each : text.getBytes(StandardCharsets.UTF_8)) {
            hash = mix(hash + GOLDEN ^ each);
        }
        return mix(hash + GOLDEN);
    }

    /** SplitMix64's finalizer. */
    private static long mix(long value) {
        long mixed = (value ^ value >>> 30) * 0xbf58476d1ce4e5b9L;
        mixed = (mixed ^ mixed >>> 27) * 0x94d049bb133111ebL;
        return mixed ^ mixed >>> 31;
    }
}
