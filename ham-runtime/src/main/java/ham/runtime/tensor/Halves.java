package ham.runtime.tensor;

import java.nio.ShortBuffer;

/** Widening of 16-bit floats to float32, which is exact, and rounding to the nearest float16. Formats: IEEE 754 binary16; bfloat16 = upper half of binary32. */
public final class Halves {
    private static final float SMALLEST_SUBNORMAL = 0x1p-24f;

    private Halves() {}

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

    /** The nearest float16, of two equally near the even one; infinite above 65504. */
    public static short of(float value) {
        int bits = Float.floatToRawIntBits(value);
        int sign = bits >>> 16 & 0x8000;
        float size = Math.abs(value);
        if (Float.isNaN(value)) {
            return (short) (sign | 0x7e00);
        }
        if (size >= 65520f) {
            return (short) (sign | 0x7c00);
        }
        if (size < 0x1p-14f) {
            return (short) (sign | (int) Math.rint(size * 0x1p24));
        }
        int rounded = (bits & 0x7fffffff) + 0xfff + (bits >>> 13 & 1);
        return (short) (sign | (rounded - (112 << 23)) >> 13);
    }
}
