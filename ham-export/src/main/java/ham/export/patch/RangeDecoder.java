package ham.export.patch;

/** Reads what a {@link RangeEncoder} wrote; behind the end it reads zeros, which the hash of the result tells. */
final class RangeDecoder implements BitCoder {
    private static final long TOP = 1L << 24;

    private final byte[] bytes;
    private int position;
    private long range = 0xffffffffL;
    private long code;

    RangeDecoder(byte[] bytes) {
        this.bytes = bytes;
        for (int i = 0; i < 5; i++) {
            code = ((code << 8) | next()) & 0xffffffffL;
        }
    }

    private int next() {
        return position < bytes.length ? bytes[position++] & 0xff : 0;
    }

    @Override
    public int bit(int[] probabilities, int context, int ignored) {
        int probability = probabilities[context];
        long bound = (range >>> PRECISION) * probability;
        int bit;
        if (code < bound) {
            range = bound;
            bit = 0;
        } else {
            code -= bound;
            range -= bound;
            bit = 1;
        }
        probabilities[context] = BitCoder.adapted(probability, bit);
        normalise();
        return bit;
    }

    @Override
    public int direct(int ignored, int bits) {
        int value = 0;
        for (int i = 0; i < bits; i++) {
            range >>>= 1;
            int bit = code >= range ? 1 : 0;
            code -= bit == 1 ? range : 0;
            value = (value << 1) | bit;
            normalise();
        }
        return value;
    }

    private void normalise() {
        while (range < TOP) {
            range <<= 8;
            code = ((code << 8) | next()) & 0xffffffffL;
        }
    }
}
