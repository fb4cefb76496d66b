package ham.merge.tensor;

/**
 * Conversion of the 16-bit float formats to float32, which is exact, and of float32 to binary16, which rounds.
 *
 * <p>Source: IEEE 754 binary16; bfloat16 is the upper half of an IEEE 754 binary32.
 */
public final class HalfPrecision {
    private HalfPrecision() {}

    /** The float32 with the value of a binary16: 1 sign, 5 exponent, 10 fraction bits. */
    public static float float16(short bits) {
        int sign = (bits & 0x8000) << 16;
        int exponent = (bits >>> 10) & 0x1f;
        int fraction = bits & 0x3ff;
        if (exponent == 0x1f) {
            return Float.intBitsToFloat(sign | 0x7f800000 | (fraction << 13));
        }
        if (exponent != 0) {
            return Float.intBitsToFloat(sign | ((exponent + 127 - 15) << 23) | (fraction << 13));
        }
        float magnitude = fraction * 0x1p-24f;
        return sign == 0 ? magnitude : -magnitude;
    }

    /** The binary16 nearest to a float32, ties to even; from 65520 on that is infinity. */
    public static short toFloat16(float value) {
        int bits = Float.floatToRawIntBits(value);
        int sign = (bits >>> 16) & 0x8000;
        float magnitude = Math.abs(value);
        if (magnitude < 0x1p-14f) {
            return (short)
                    (sign | (int) Math.rint(magnitude * 0x1p24f)); // subnormal, or rounded up to the first normal
        }
        if (!(magnitude < 65520)) {
            return (short) (sign | (Float.isNaN(value) ? 0x7e00 : 0x7c00));
        }
        int rounded = (bits & 0x7fffffff) + 0xfff + ((bits >>> 13) & 1);
        return (short) (sign | ((rounded >>> 13) - ((127 - 15) << 10)));
    }

    /** The float32 with the value of a bfloat16: 1 sign, 8 exponent, 7 fraction bits. */
    public static float bfloat16(short bits) {
        return Float.intBitsToFloat(bits << 16);
    }
}
