package ham.export.patch;

import java.io.ByteArrayOutputStream;

/**
 * Writes bits in as many bytes as their probabilities ask for: a binary range coder with carry.
 *
 * <p>Source: G. N. N. Martin, Range encoding, 1979, in the binary, adaptive form that LZMA made known.
 */
final class RangeEncoder implements BitCoder {
    private static final long TOP = 1L << 24;

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private long low;
    private long range = 0xffffffffL;
    /** The byte that a carry may still change, and how many bytes of 255 stand behind it. */
    private int pending;

    private long waiting = 1;

    @Override
    public int bit(int[] probabilities, int context, int bit) {
        int probability = probabilities[context];
        long bound = (range >>> PRECISION) * probability;
        if (bit == 0) {
            range = bound;
        } else {
            low += bound;
            range -= bound;
        }
        probabilities[context] = BitCoder.adapted(probability, bit);
        normalise();
        return bit;
    }

    @Override
    public int direct(int value, int bits) {
        for (int i = bits - 1; i >= 0; i--) {
            range >>>= 1;
            if (((value >>> i) & 1) != 0) {
                low += range;
            }
            normalise();
        }
        return value;
    }

    private void normalise() {
        while (range < TOP) {
            range <<= 8;
            shift();
        }
    }

    private void shift() {
        if (low < 0xff000000L || low > 0xffffffffL) {
            int carry = (int) (low >>> 32);
            int next = pending;
            do {
                bytes.write(next + carry);
                next = 0xff;
            } while (--waiting != 0);
            pending = (int) (low >>> 24) & 0xff;
        }
        waiting++;
        low = (low & 0xffffffL) << 8;
    }

    /** Everything that was written; nothing may follow. */
    byte[] finish() {
        for (int i = 0; i < 5; i++) {
            shift();
        }
        return bytes.toByteArray();
    }
}
