package ham.export.patch;

import java.util.Arrays;

/**
 * One walk over numbers that writes or reads them: an encoder gives back what it was given, a decoder what it reads instead. So whoever describes a
 * number bit by bit does it once for both directions.
 */
interface BitCoder {
    /** Bits of a probability. */
    int PRECISION = 11;

    /** How fast probabilities follow what they see. */
    int ADAPTATION = 5;

    /** Probabilities of zero for {@code count} contexts, all a half. */
    static int[] contexts(int count) {
        int[] probabilities = new int[count];
        Arrays.fill(probabilities, 1 << (PRECISION - 1));
        return probabilities;
    }

    /** A bit that is told apart from chance by its context, whose probability follows it. */
    int bit(int[] probabilities, int context, int bit);

    /** Bits that are as good as random, highest first. */
    int direct(int value, int bits);

    /** The probability of zero after a bit. */
    static int adapted(int probability, int bit) {
        return bit == 0
                ? probability + (((1 << PRECISION) - probability) >> ADAPTATION)
                : probability - (probability >> ADAPTATION);
    }
}
