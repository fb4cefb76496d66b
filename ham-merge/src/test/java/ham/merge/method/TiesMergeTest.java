package ham.merge.method;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ham.merge.adapter.LoraFactors;
import ham.merge.combine.Contribution;
import ham.merge.combine.FactorProducts;
import ham.merge.kernel.Kernels;
import ham.merge.prune.Pruning;
import ham.merge.tensor.Matrix;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Trim, elect, mean: an example worked by hand, and a control that keeps every delta. */
class TiesMergeTest {
    private final FactorProducts products = new FactorProducts(Kernels.best());

    /** Five entries, 60 % kept: ceil(3) of each. */
    @Test
    void trimsElectsAndTakesTheMean() {
        List<Contribution> three = List.of(
                contribution("a", 1, 4, -1, 0.5f, 3, 0), // 4 -1 . 3 .
                contribution("b", 1, 2, 3, -1, -5, 0.5f), // 2 3 . -5 .
                contribution("c", 1, -1, -0.5f, 2, 1, 3)); // -1 . 2 . 3: the first of two equal ones
        // sums: 5, 2, 2, -2, 3; agreeing: (4, 2), (3), (2), (-5), (3)
        assertThat(new TiesMerge(new BigDecimal("0.6"), SignRule.TOTAL, 1)
                        .merge("w", three, products)
                        .data())
                .containsExactly(3, 3, 2, -5, 3);
        // votes: 2:1, 1:1 (a tie is positive), 1:0, 1:1, 1:0; agreeing: (4, 2), (3), (2), (3), (3)
        assertThat(new TiesMerge(new BigDecimal("0.6"), SignRule.FREQUENCY, 0.5)
                        .merge("w", three, products)
                        .data())
                .containsExactly(1.5f, 1.5f, 1, 1.5f, 1.5f);
    }

    @Test
    void heavierAdaptersAreLouderAndTheMeanCountsThem() {
        List<Contribution> two = List.of(contribution("a", 3, 1, 1), contribution("b", 1, -2, 5));
        assertThat(new TiesMerge(BigDecimal.ONE, SignRule.TOTAL, 1)
                        .merge("w", two, products)
                        .data())
                .containsExactly(3, 4);
    }

    @Test
    void doesWhatTheControlDoes() {
        Random random = new Random(23);
        for (int trial = 0; trial < 100; trial++) {
            int columns = 1 + random.nextInt(40);
            BigDecimal density = BigDecimal.valueOf(1 + random.nextInt(100), 2);
            SignRule sign = random.nextBoolean() ? SignRule.TOTAL : SignRule.FREQUENCY;
            List<Contribution> some = new ArrayList<>();
            int count = 1 + random.nextInt(7);
            for (int i = 0; i < count; i++) {
                // Small integers: exact in float, and often equal.
                float[] delta = new float[columns];
                for (int c = 0; c < columns; c++) {
                    delta[c] = random.nextInt(9) - 4;
                }
                some.add(contribution("adapter" + i, random.nextInt(4) - 1, delta));
            }
            Matrix merged = new TiesMerge(density, sign, 0.5).merge("w", some, products);
            for (int c = 0; c < columns; c++) {
                assertThat((double) merged.get(0, c)).isCloseTo(0.5 * control(some, density, sign, c), within(1e-6));
            }
        }
    }

    private static double control(List<Contribution> some, BigDecimal density, SignRule sign, int index) {
        double[] entries = some.stream()
                .mapToDouble(each -> each.weight()
                        * each.factors().scaling()
                        * Pruning.keepLargest(each.factors().a(), density).get(0, index))
                .toArray();
        double vote = 0;
        for (double entry : entries) {
            vote += sign == SignRule.TOTAL ? entry : Math.signum(entry);
        }
        double elected = vote >= 0 ? 1 : -1;
        double sum = 0;
        int agreeing = 0;
        for (double entry : entries) {
            if (Math.signum(entry) == elected) {
                sum += entry;
                agreeing++;
            }
        }
        return agreeing == 0 ? 0 : sum / agreeing;
    }

    /** A delta of one row: B is 1, A the half of it and the scaling 2. */
    private static Contribution contribution(String adapter, double weight, float... delta) {
        float[] half = new float[delta.length];
        for (int i = 0; i < half.length; i++) {
            half[i] = delta[i] / 2;
        }
        Matrix one = new Matrix(1, 1, new float[] {1});
        return new Contribution(adapter, weight, new LoraFactors(new Matrix(1, delta.length, half), one, 2));
    }
}
