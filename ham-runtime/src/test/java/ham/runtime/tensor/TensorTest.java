package ham.runtime.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ham.runtime.ModelException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import org.junit.jupiter.api.Test;

class TensorTest {
    @Test
    void keepsItsValues() {
        assertThat(Tensor.of(new float[] {1.5f, -2}, 2, 1).floats()).containsExactly(1.5f, -2);
        assertThat(Tensor.of(new long[] {Long.MIN_VALUE, 7}, 2).longs()).containsExactly(Long.MIN_VALUE, 7);
        assertThat(Tensor.of(new int[] {-3}, 1).longs()).containsExactly(-3);
        assertThat(Tensor.of(new byte[] {-1, 1}, 2).longs()).containsExactly(255, 1);
        assertThat(Tensor.of(new boolean[] {true, false}, 2).longs()).containsExactly(1, 0);
        assertThat(Tensor.of(new float[] {3}).shape()).isEmpty();
    }

    @Test
    void isLittleEndianWhereverItCameFrom() {
        ByteBuffer bytes = ByteBuffer.wrap(new byte[] {9, 9, 0, 0, -128, 63, 9})
                .position(2)
                .limit(6);

        Tensor tensor = new Tensor(ElementType.FLOAT32, List.of(1L), bytes.order(ByteOrder.BIG_ENDIAN));

        assertThat(tensor.floats()).containsExactly(1);
        assertThat(tensor).isEqualTo(Tensor.of(new float[] {1}, 1));
        assertThat(tensor.data().order()).isEqualTo(ByteOrder.LITTLE_ENDIAN);
        assertThat(tensor.data().isReadOnly()).isTrue();
    }

    @Test
    void widensEveryFloat16Exactly() {
        for (int bits = 0; bits < 1 << 16; bits++) {
            int exponent = bits >> 10 & 31;
            double fraction = (bits & 1023) / 1024.0;
            double magnitude = exponent == 0 ? fraction * 0x1p-14 : (1 + fraction) * Math.pow(2, exponent - 15);
            if (exponent == 31) {
                magnitude = fraction == 0 ? Double.POSITIVE_INFINITY : Double.NaN;
            }
            float expected = (float) (bits < 1 << 15 ? magnitude : -magnitude);
            assertThat(Float.valueOf(half(ElementType.FLOAT16, bits))).isEqualTo(Float.valueOf(expected));
        }
    }

    @Test
    void widensBfloat16() {
        assertThat(half(ElementType.BFLOAT16, 0x3f80)).isEqualTo(1);
        assertThat(half(ElementType.BFLOAT16, 0xc049)).isEqualTo(-3.140625f);
    }

    @Test
    void refusesBytesThatDoNotFitItsShape() {
        assertThatThrownBy(() -> Tensor.of(new float[5], 2, 3))
                .isInstanceOf(ModelException.class)
                .hasMessage("A tensor of type float32 and shape [2, 3] needs 24 bytes, found 20.");
        assertThatThrownBy(() -> Tensor.of(new long[1], -1))
                .isInstanceOf(ModelException.class)
                .hasMessage("A tensor's dimensions cannot be negative, found [-1].");
        assertThatThrownBy(() -> Tensor.of(new int[0], Long.MAX_VALUE, 2, 2)).isInstanceOf(ModelException.class);
    }

    @Test
    void refusesToReadAnotherType() {
        assertThatThrownBy(() -> Tensor.of(new long[1], 1).floats())
                .isInstanceOf(ModelException.class)
                .hasMessage("Expected a tensor of type float32, float16, bfloat16 or float64, found int64.");
        assertThatThrownBy(() -> Tensor.of(new float[1], 1).longs()).isInstanceOf(ModelException.class);
    }

    private static float half(ElementType type, int bits) {
        ByteBuffer data = ByteBuffer.allocate(2).order(ByteOrder.LITTLE_ENDIAN).putShort(0, (short) bits);
        return new Tensor(type, List.of(1L), data).floats()[0];
    }
}
