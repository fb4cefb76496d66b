package ham.export.bake.read;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ElementFormatTest {

    @Test
    void everyFiniteHalfStaysWhatItIs() {
        for (ElementFormat format : new ElementFormat[] {ElementFormat.FLOAT16, ElementFormat.BFLOAT16}) {
            for (int bits = 0; bits < 1 << 16; bits++) {
                float value = value(format, bits);
                if (Float.isFinite(value)) {
                    assertThat(Float.floatToRawIntBits(format.round(value))).isEqualTo(Float.floatToRawIntBits(value));
                }
            }
        }
    }

    @Test
    void aFloatGoesToTheNearestAndBetweenTwoToTheEvenOne() {
        Random random = new Random(5);
        for (ElementFormat format : new ElementFormat[] {ElementFormat.FLOAT16, ElementFormat.BFLOAT16}) {
            int infinity = format == ElementFormat.FLOAT16 ? 0x7c00 : 0x7f80;
            for (int round = 0; round < 20_000; round++) {
                int bits = random.nextInt(infinity - 1);
                float low = value(format, bits);
                float high = value(format, bits + 1);
                double middle = ((double) low + high) / 2;
                assertThat(format.round((float) middle)).isEqualTo(bits % 2 == 0 ? low : high);
                assertThat(format.round(Math.nextDown((float) middle))).isEqualTo(low);
                assertThat(format.round(-Math.nextUp((float) middle))).isEqualTo(-high);
            }
        }
        assertThat(ElementFormat.FLOAT16.round(65519.996f)).isEqualTo(65504f);
        assertThat(ElementFormat.FLOAT16.round(65520f)).isInfinite();
    }

    private static float value(ElementFormat format, int bits) {
        float[] value = new float[1];
        ByteBuffer bytes = ByteBuffer.allocate(2).order(ByteOrder.LITTLE_ENDIAN).putShort(0, (short) bits);
        format.decode(bytes, value, 0);
        return value[0];
    }
}
