package ham.runtime.tensor;

import java.nio.ShortBuffer;

/** Widening of 16-bit floats to float32, which is exact. Formats: IEEE 754 binary16; bfloat16 = upper half of binary32. */
final class HalfPrecision {
    private static final float SMALLEST_SUBNORMAL = 0x1p-24f;

    private HalfPrecision() {}

    static void widenFloat16(ShortBuffer source, float[] target) {
        for (int i = 0; i < target.length; i++) {
            target[i] = float16(source.get(i));
        }
    }

    static void widenBfloat16(ShortBuffer source, float[] target) {
        for (int i = 0; i < target.length; i++) {
            target[i] = Float.intBitsToFloat(source.get(i) << 16);
        }
    }

    private static float float16(short bits) {
        int exponent = bits >> 10 & 0x1f;
        int fraction = bits & 0x3ff;
        int sign = (bits & 0x8000) << 16;
        if (exponent == 0) {
            return Math.copySign(fraction * SMALLEST_SUBNORMAL, Float.intBitsToFloat(sign | 1));
        }
        int widened = exponent == 0x1f ? 0xff : exponent - 15 + 127;
        return Float.intBitsToFloat(sign | widened << 23 | fraction << 13);
    }
}
