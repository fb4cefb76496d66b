package ham.merge.encoder;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

/** Positions brought to another grid. */
class PositionsTest {
    /** PyTorch's cubic weights a quarter of the way between two places, without antialiasing. */
    private static final float[] QUARTER = {-0.10546875f, 0.87890625f, 0.26171875f, -0.03515625f};

    @Test
    void theSameGridStaysAsItIs() {
        float[] positions = new float[(1 + 9) * 2];
        for (int i = 0; i < positions.length; i++) {
            positions[i] = (float) Math.sin(i);
        }
        for (boolean antialias : new boolean[] {false, true}) {
            assertThat(Positions.interpolate(positions, 1, 3, 3, 2, antialias))
                    .usingComparatorWithPrecision(1e-6f)
                    .containsExactly(positions);
        }
    }

    @Test
    void prefixStaysAndAConstantStaysConstant() {
        float[] positions = new float[1 + 16];
        Arrays.fill(positions, 3);
        positions[0] = 7;
        for (boolean antialias : new boolean[] {false, true}) {
            float[] larger = Positions.interpolate(positions, 1, 4, 7, 1, antialias);
            assertThat(larger).hasSize(1 + 49);
            assertThat(larger[0]).isEqualTo(7);
            assertThat(Arrays.copyOfRange(larger, 1, 50))
                    .usingComparatorWithPrecision(1e-5f)
                    .containsOnly(3);
        }
    }

    /** Twice the places: the fourth new place lies a quarter behind the second old one. */
    @Test
    void weighsFourNeighboursAsPyTorchDoes() {
        int from = 4;
        for (int source = 0; source < from; source++) {
            float[] positions = new float[from * from];
            for (int row = 0; row < from; row++) {
                positions[row * from + source] = 1;
            }
            float[] doubled = Positions.interpolate(positions, 0, from, 2 * from, 1, false);
            assertThat(doubled[3]).isCloseTo(QUARTER[source], Offset.offset(1e-6f));
        }
    }

    /** Half the places with antialiasing: the kernel is twice as wide, and its weights add up to one. */
    @Test
    void widensTheKernelWhereTheGridShrinks() {
        float[] sums = new float[4];
        for (int source = 0; source < 8; source++) {
            float[] positions = new float[64];
            for (int row = 0; row < 8; row++) {
                positions[row * 8 + source] = 1;
            }
            float[] halved = Positions.interpolate(positions, 0, 8, 4, 1, true);
            for (int place = 0; place < 4; place++) {
                sums[place] += halved[place];
            }
            if (source >= 1 && source <= 6) {
                assertThat(halved[1]).as("place " + source).isNotZero();
            }
        }
        assertThat(sums).usingComparatorWithPrecision(1e-5f).containsExactly(1, 1, 1, 1);
    }
}
