package ham.train.seed;

import java.util.Random;

/**
 * Random streams derived from a run's seed.
 *
 * <p>Each stream is named by a purpose and, where needed, numbers such as task and epoch: what one part of a run draws
 * never shifts what another part draws. Mixing follows SplitMix64 (Steele, Lea, Flood 2014).
 */
public final class Seeds {
    private static final long GOLDEN_GAMMA = 0x9E3779B97F4A7C15L;

    private Seeds() {}

    /**
     * The stream of one purpose.
     *
     * @param seed the run's seed
     * @param purpose what the numbers are for, such as {@code "lora"}
     * @param indices what tells one use of the purpose from another, such as task and epoch
     */
    public static Random random(long seed, String purpose, int... indices) {
        return new Random(stream(seed, purpose, indices));
    }

    /** The seed of Java's generator for a stream: {@code new Random(stream(...))} is {@code random(...)}. */
    public static long stream(long seed, String purpose, int... indices) {
        long state = mix(seed);
        for (int i = 0; i < purpose.length(); i++) {
            state = mix(state + purpose.charAt(i));
        }
        for (int index : indices) {
            state = mix(state + index);
        }
        return state;
    }

    /** Shuffles {@code values} in place (Fisher-Yates from the end). */
    public static void shuffle(int[] values, Random random) {
        for (int i = values.length - 1; i > 0; i--) {
            int j = random.nextInt(i + 1);
            int swapped = values[i];
            values[i] = values[j];
            values[j] = swapped;
        }
    }

    private static long mix(long value) {
        long z = value + GOLDEN_GAMMA;
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }
}
