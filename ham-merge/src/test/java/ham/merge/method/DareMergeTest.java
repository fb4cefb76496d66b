package ham.merge.method;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ham.merge.adapter.LoraFactors;
import ham.merge.combine.Branch;
import ham.merge.combine.Contribution;
import ham.merge.combine.Deltas;
import ham.merge.combine.FactorProducts;
import ham.merge.kernel.Kernels;
import ham.merge.tensor.Matrix;
import java.math.BigDecimal;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What is dropped is random, but only seed, names and place decide it. */
class DareMergeTest {
    private static final BigDecimal DENSITY = new BigDecimal("0.3");

    private final Random random = new Random(29);
    private final FactorProducts products = new FactorProducts(Kernels.best());

    @Test
    void keepsTheExpectedDelta() {
        Contribution one = contribution("a", 8, 9);
        double[] expected = Laws.dense(one.factors());
        double[] mean = new double[expected.length];
        int seeds = 4000;
        for (int seed = 0; seed < seeds; seed++) {
            float[] merged = merge(seed, "w", one).data();
            for (int i = 0; i < mean.length; i++) {
                mean[i] += 1.5 * expected[i] == 0 ? 0 : merged[i] / (1.5 * expected[i]) / seeds;
            }
        }
        // A kept entry is 1 / 0.3 of itself; standard deviation of the mean of 4000: sqrt(0.7 / 0.3 / 4000) = 0.024.
        for (double each : mean) {
            assertThat(each).isCloseTo(1, within(6 * 0.0242));
        }
    }

    @Test
    void dropsTheFractionAndScalesTheRest() {
        Contribution one = contribution("a", 100, 100);
        Matrix merged = merge(3, "w", one);
        Matrix delta = Deltas.sum(List.of(new Branch(1.5, one.factors())));
        int kept = 0;
        for (int i = 0; i < merged.data().length; i++) {
            if (merged.data()[i] != 0) {
                kept++;
                assertThat((double) merged.data()[i])
                        .isCloseTo(delta.data()[i] / 0.3, within(1e-5 * Laws.largestEntry(merged)));
            }
        }
        // Of 10000 entries 3000 +- 46 are kept.
        assertThat(kept).isBetween(3000 - 6 * 46, 3000 + 6 * 46);
    }

    @Test
    void masksDependOnSeedAdapterWeightAndPlaceOnly() {
        Contribution one = contribution("a", 30, 30);
        Contribution other = new Contribution("b", 0, contribution("b", 30, 30).factors());
        Matrix alone = merge(3, "w", one);
        assertThat(merge(3, "w", one)).isEqualTo(alone);
        assertThat(merge(3, "w", one, other)).isEqualTo(alone);
        assertThat(merge(3, "w", other, one)).isEqualTo(alone);
        Contribution renamed = new Contribution("c", one.weight(), one.factors());
        for (Matrix different : List.of(merge(4, "w", one), merge(3, "v", one), merge(3, "w", renamed))) {
            int same = 0;
            for (int i = 0; i < 900; i++) {
                same += different.data()[i] != 0 && alone.data()[i] != 0 ? 1 : 0;
            }
            // Independent masks share 0.09 of the entries: 81 +- 8.6.
            assertThat(same).isBetween(30, 132);
        }
    }

    @Test
    void namesDoNotRunIntoEachOther() {
        Contribution ab = contribution("ab", 30, 30);
        Contribution a = new Contribution("a", ab.weight(), ab.factors());
        assertThat(merge(3, "c", ab)).isNotEqualTo(merge(3, "bc", a));
    }

    private Contribution contribution(String name, int outputs, int inputs) {
        return new Contribution(
                name, 1.5, new LoraFactors(Laws.matrix(random, 2, inputs), Laws.matrix(random, outputs, 2), 1));
    }

    private Matrix merge(long seed, String weight, Contribution... contributions) {
        return new DareMerge(DENSITY, seed, SignRule.NONE).merge(weight, List.of(contributions), products);
    }
}
