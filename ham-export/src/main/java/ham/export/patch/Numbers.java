package ham.export.patch;

/**
 * How numbers are described to a {@link BitCoder}: floats by zero or not, sign, exponent and mantissa; differences between floats as the number of
 * floats that lie between them, by zero or not, sign, length, leading bits and the rest. What is likely costs little.
 */
final class Numbers {
    private static final int LENGTHS = 33;
    private static final int LEADING = 2;

    private final BitCoder coder;
    private final int[] zero = BitCoder.contexts(2);
    private final int[] sign = BitCoder.contexts(2);
    private final int[] exponent = BitCoder.contexts(256);
    private final int[] length = BitCoder.contexts(64);
    private final int[] leading = BitCoder.contexts(LENGTHS << LEADING);

    Numbers(BitCoder coder) {
        this.coder = coder;
    }

    /** A number of at most 32 bits of which nothing is known. */
    int integer(int value) {
        return coder.direct(value, Integer.SIZE);
    }

    /** A float64. */
    double decimal(double value) {
        long bits = Double.doubleToRawLongBits(value);
        long high = coder.direct((int) (bits >>> 32), Integer.SIZE);
        long low = coder.direct((int) bits, Integer.SIZE) & 0xffffffffL;
        return Double.longBitsToDouble((high << 32) | low);
    }

    /** Floats, in place: an encoder leaves them, a decoder fills them. */
    void floats(float[] values) {
        for (int i = 0; i < values.length; i++) {
            values[i] = number(values[i]);
        }
    }

    private float number(float value) {
        int bits = Float.floatToRawIntBits(value);
        if (coder.bit(zero, 0, bits == 0 ? 0 : 1) == 0) {
            return 0;
        }
        int minus = coder.direct(bits >>> 31, 1);
        int power = tree(exponent, (bits >>> 23) & 0xff, 8);
        int mantissa = coder.direct(bits & 0x7fffff, 23);
        return Float.intBitsToFloat((minus << 31) | (power << 23) | mantissa);
    }

    /** The difference between what is and what was predicted, as {@link #ordered} numbers; any 32 bits. */
    int difference(int value) {
        if (coder.bit(zero, 1, value == 0 ? 0 : 1) == 0) {
            return 0;
        }
        int negative = coder.bit(sign, 1, value >>> 31);
        int magnitude = value < 0 ? -value : value; // the least number is its own magnitude, of 32 bits
        int bits = tree(length, Integer.SIZE - Integer.numberOfLeadingZeros(magnitude) - 1, 5) + 1;
        int rest = bits - 1;
        int top = Math.min(LEADING, rest);
        int found = 1;
        for (int i = 1; i <= top; i++) {
            found = (found << 1) | coder.bit(leading, (bits << LEADING) | found, (magnitude >>> (rest - i)) & 1);
        }
        int below = rest - top;
        if (below > 0) {
            int mask = (1 << below) - 1;
            found = (found << below) | coder.direct(magnitude & mask, below);
        }
        return negative == 1 ? -found : found;
    }

    private int tree(int[] contexts, int value, int bits) {
        int node = 1;
        for (int i = bits - 1; i >= 0; i--) {
            node = (node << 1) | coder.bit(contexts, node, (value >>> i) & 1);
        }
        return node - (1 << bits);
    }

    /** A number a float bit pattern, such that neighbouring floats have neighbouring numbers; its own inverse. */
    static int ordered(int bits) {
        return bits < 0 ? Integer.MIN_VALUE - bits - 1 : bits;
    }
}
