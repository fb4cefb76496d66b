package ham.merge.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.function.IntToDoubleFunction;
import org.junit.jupiter.api.Test;

class HalfPrecisionTest {
    @Test
    void everyFloat16HasTheValueOfTheFormula() {
        requireAll(bits -> HalfPrecision.float16((short) bits), bits -> formula(bits, 5, 10));
    }

    @Test
    void everyBfloat16HasTheValueOfTheFormula() {
        requireAll(bits -> HalfPrecision.bfloat16((short) bits), bits -> formula(bits, 8, 7));
    }

    /** Every number between two neighbours goes to the nearer one, the middle to the even one; numbers of the format stay. */
    @Test
    void float32IsRoundedToTheNearestFloat16() {
        for (int bits = 0; bits < 0x7c00; bits++) {
            float low = HalfPrecision.float16((short) bits);
            float high = bits == 0x7bff ? 65536 : HalfPrecision.float16((short) (bits + 1));
            float middle = (low + high) / 2;
            assertThat((int) HalfPrecision.toFloat16(low)).isEqualTo(bits);
            assertThat((int) HalfPrecision.toFloat16(Math.nextDown(middle))).isEqualTo(bits);
            assertThat((int) HalfPrecision.toFloat16(middle)).isEqualTo(bits + bits % 2);
            assertThat((int) HalfPrecision.toFloat16(Math.nextUp(middle))).isEqualTo(bits + 1);
            assertThat(HalfPrecision.toFloat16(-low) & 0xffff).isEqualTo(bits | 0x8000);
        }
        assertThat(HalfPrecision.float16(HalfPrecision.toFloat16(Float.NaN))).isNaN();
        assertThat(HalfPrecision.float16(HalfPrecision.toFloat16(Float.NEGATIVE_INFINITY)))
                .isEqualTo(Float.NEGATIVE_INFINITY);
    }

    private static void requireAll(IntToDoubleFunction decoded, IntToDoubleFunction expected) {
        for (int bits = 0; bits < 1 << 16; bits++) {
            if (Double.compare(decoded.applyAsDouble(bits), expected.applyAsDouble(bits)) != 0) {
                assertThat(decoded.applyAsDouble(bits)).as("bits %04x", bits).isEqualTo(expected.applyAsDouble(bits));
            }
        }
    }

    /** IEEE 754: (-1)^s 2^(e - bias) 1.f, subnormals (-1)^s 2^(1 - bias) 0.f. */
    private static double formula(int bits, int exponentBits, int fractionBits) {
        double sign = bits >> 15 == 0 ? 1 : -1;
        int exponent = (bits >> fractionBits) & ((1 << exponentBits) - 1);
        double fraction = (bits & ((1 << fractionBits) - 1)) / Math.pow(2, fractionBits);
        int bias = (1 << (exponentBits - 1)) - 1;
        if (exponent == (1 << exponentBits) - 1) {
            return fraction == 0 ? sign * Double.POSITIVE_INFINITY : Double.NaN;
        }
        return exponent == 0
                ? sign * Math.pow(2, 1 - bias) * fraction
                : sign * Math.pow(2, exponent - bias) * (1 + fraction);
    }
}
