package ham.merge.tensor;

/**
 * Decoding of the 16-bit float formats into float32; both conversions are exact.
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

    /** The float32 with the value of a bfloat16: 1 sign, 8 exponent, 7 fraction bits. */
    public static float bfloat16(short bits) {
        return Float.intBitsToFloat(bits << 16);
    }
}
