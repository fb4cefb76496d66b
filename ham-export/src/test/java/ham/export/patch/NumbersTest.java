package ham.export.patch;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;

/** What is read is what was written, and what is likely costs little. */
class NumbersTest {
    @Test
    void numbersOfEveryKindComeBack() {
        Random random = new Random(1);
        int[] differences = new int[20_000];
        float[] floats = new float[20_000];
        for (int i = 0; i < differences.length; i++) {
            differences[i] = random.nextInt() >> random.nextInt(32);
            floats[i] = random.nextInt(3) == 0 ? 0 : Float.intBitsToFloat(random.nextInt());
        }
        differences[5] = Integer.MIN_VALUE;
        differences[6] = Integer.MAX_VALUE;
        floats[5] = -0f;
        floats[6] = Float.NaN;
        RangeEncoder encoder = new RangeEncoder();
        Numbers writer = new Numbers(encoder);
        writer.floats(floats);
        for (int each : differences) {
            writer.difference(each);
            writer.integer(each);
            writer.decimal(each / 3.0);
        }
        Numbers reader = new Numbers(new RangeDecoder(encoder.finish()));
        float[] found = new float[floats.length];
        reader.floats(found);
        for (int i = 0; i < floats.length; i++) {
            assertThat(Float.floatToRawIntBits(found[i])).isEqualTo(Float.floatToRawIntBits(floats[i]));
        }
        for (int each : differences) {
            assertThat(reader.difference(0)).isEqualTo(each);
            assertThat(reader.integer(0)).isEqualTo(each);
            assertThat(reader.decimal(0)).isEqualTo(each / 3.0);
        }
    }

    @Test
    void rareDifferencesCostTheirEntropy() {
        Random random = new Random(2);
        RangeEncoder encoder = new RangeEncoder();
        Numbers numbers = new Numbers(encoder);
        int count = 100_000;
        for (int i = 0; i < count; i++) {
            numbers.difference(random.nextInt(50) == 0 ? (random.nextBoolean() ? 1 : -1) : 0);
        }
        double entropy = -0.98 * Math.log(0.98) / Math.log(2) - 0.02 * Math.log(0.01) / Math.log(2);
        assertThat(8.0 * encoder.finish().length / count).isBetween(entropy * 0.97, entropy * 1.2);
    }

    @Test
    void neighbouringFloatsHaveNeighbouringNumbers() {
        Random random = new Random(3);
        for (int i = 0; i < 1000; i++) {
            float value = (float) random.nextGaussian();
            int number = Numbers.ordered(Float.floatToRawIntBits(value));
            assertThat(Float.intBitsToFloat(Numbers.ordered(number + 1))).isEqualTo(Math.nextUp(value));
        }
    }
}
