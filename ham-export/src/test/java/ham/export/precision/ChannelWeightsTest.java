package ham.export.precision;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ham.merge.tensor.Matrix;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ChannelWeightsTest {

    /** The law of symmetric quantisation: no value moves by more than half a step of its own channel, and the largest one is exact. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void aValueMovesByHalfAStepAtMost(long seed) {
        Random random = new Random(seed);
        Matrix weight = random(random, 1 + random.nextInt(20), 1 + random.nextInt(30));
        ChannelWeights quantised = ChannelWeights.of(weight);
        assertThat(quantised.scales()).hasSize(weight.rows());
        for (int o = 0; o < weight.rows(); o++) {
            float scale = quantised.scales()[o];
            int largest = 0;
            for (int i = 0; i < weight.columns(); i++) {
                int value = quantised.values()[i * weight.rows() + o];
                assertThat(value * scale).isCloseTo(weight.get(o, i), within(scale * 0.50001f));
                largest = Math.max(largest, Math.abs(value));
            }
            assertThat(largest).isEqualTo(63);
        }
    }

    /** A channel's scale depends on no other channel. */
    @Test
    void channelsDoNotSeeEachOther() {
        Matrix weight = new Matrix(2, 2, new float[] {63, -3, 1e6f, 5e5f});
        ChannelWeights quantised = ChannelWeights.of(weight);
        assertThat(quantised.scales()[0]).isEqualTo(1);
        assertThat(quantised.values()).containsExactly(63, 63, -3, 32);
    }

    @Test
    void halvesAreRoundedToEvenAndTooLargeValuesSaturate() {
        assertThat(ChannelWeights.quantised(0.5f, 1)).isEqualTo((byte) 0);
        assertThat(ChannelWeights.quantised(1.5f, 1)).isEqualTo((byte) 2);
        assertThat(ChannelWeights.quantised(-2.5f, 1)).isEqualTo((byte) -2);
        assertThat(ChannelWeights.quantised(1e9f, 1)).isEqualTo((byte) 63);
        assertThat(ChannelWeights.quantised(-1e9f, 1)).isEqualTo((byte) -63);
    }

    @Test
    void aChannelOfZerosStaysZero() {
        ChannelWeights quantised = ChannelWeights.of(new Matrix(1, 3, new float[3]));
        assertThat(quantised.scales()).containsExactly(1);
        assertThat(quantised.values()).containsOnly(0);
    }

    @Test
    void zeroIsExactInEveryRange() {
        Random random = new Random(3);
        for (int i = 0; i < 200; i++) {
            float a = (float) (10 * random.nextGaussian());
            float b = (float) (10 * random.nextGaussian());
            ActivationRange range = new ActivationRange(Math.min(a, b), Math.max(a, b));
            int zero = range.unsignedZero();
            float scale = range.unsignedScale();
            assertThat(zero).isBetween(0, 255);
            assertThat((255 - zero) * scale).isCloseTo(range.max(), within(scale));
            assertThat(-zero * scale).isCloseTo(range.min(), within(scale));
            assertThat(127 * range.signedScale()).isCloseTo(Math.max(range.max(), -range.min()), within(scale / 100));
        }
        assertThat(new ActivationRange(0, 0).unsignedScale()).isEqualTo(1);
        assertThatThrownBy(() -> new ActivationRange(0, Float.NaN)).hasMessageContaining("finite");
    }

    /** The outer bins that hold a ten-thousandth of the values go, on each side. */
    @Test
    void percentilesCutOutliers() {
        long[] counts = new long[100];
        Arrays.fill(counts, 20, 50, 1000);
        counts[99] = 2;
        ActivationRange range = Ranges.cut(new ActivationRange(0, 100), counts);
        assertThat(range.max()).isEqualTo(50);
        assertThat(Ranges.cut(new ActivationRange(-100, 0), counts).min()).isEqualTo(-80);
        counts[99] = 4;
        assertThat(Ranges.cut(new ActivationRange(0, 100), counts).max()).isEqualTo(100);
    }

    private static Matrix random(Random random, int rows, int columns) {
        float[] values = new float[rows * columns];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return new Matrix(rows, columns, values);
    }
}
