package ham.merge.method;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ham.merge.InputException;
import ham.merge.adapter.LoraFactors;
import ham.merge.combine.Branch;
import ham.merge.combine.Compression;
import ham.merge.combine.Contribution;
import ham.merge.combine.Deltas;
import ham.merge.combine.FactorProducts;
import ham.merge.kernel.Kernels;
import ham.merge.prune.Pruning;
import ham.merge.tensor.Matrix;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Laws that hold for every method, with random shapes, ranks and scales. */
class WeightMergeTest {
    private static final BigDecimal ALL = BigDecimal.ONE;
    private static final BigDecimal SOME = new BigDecimal("0.37");

    private final Random random = new Random(17);
    private final FactorProducts products = new FactorProducts(Kernels.best());

    @Test
    void oneAdapterOfWeightOneIsItself() {
        for (int trial = 0; trial < 40; trial++) {
            List<Contribution> one =
                    List.of(new Contribution("a", 1, contributions(1).get(0).factors()));
            Matrix expected = products.sum(List.of(new Branch(1, one.get(0).factors())));
            List<WeightMerge> methods = List.of(
                    new CatMerge(),
                    new LinearMerge(1),
                    new TaskArithmeticMerge(1),
                    new TiesMerge(ALL, SignRule.TOTAL, 1),
                    new TiesMerge(ALL, SignRule.FREQUENCY, 1),
                    new MagnitudeMerge(ALL),
                    new DareMerge(ALL, 4, SignRule.NONE),
                    new DareMerge(ALL, 4, SignRule.TOTAL),
                    new SvdMerge(1000));
            for (WeightMerge method : methods) {
                requireClose(method.merge("w", one, products), expected);
            }
        }
    }

    @Test
    void sumsAreTheDenseSums() {
        for (int trial = 0; trial < 40; trial++) {
            List<Contribution> some = contributions(1 + random.nextInt(6));
            double[] sum = dense(some);
            requireClose(new CatMerge().merge("w", some, products), sum, 1);
            requireClose(new LinearMerge(7.5).merge("w", some, products), sum, 1 / 7.5);
            requireClose(new TaskArithmeticMerge(-0.3).merge("w", some, products), sum, -0.3);
            requireClose(new MagnitudeMerge(ALL).merge("w", some, products), sum, 1);
            requireClose(new DareMerge(ALL, 1, SignRule.NONE).merge("w", some, products), sum, 1);
            requireClose(new SvdMerge(1000).merge("w", some, products), sum, 1);
        }
    }

    @Test
    void orderDoesNotMatter() {
        for (int trial = 0; trial < 40; trial++) {
            List<Contribution> some = contributions(2 + random.nextInt(5));
            List<Contribution> shuffled = new ArrayList<>(some);
            Collections.shuffle(shuffled, random);
            for (WeightMerge method : methods()) {
                requireClose(method.merge("w", shuffled, products), method.merge("w", some, products));
            }
        }
    }

    @Test
    void scalesWithScalingsAndWithWeights() {
        for (int trial = 0; trial < 40; trial++) {
            List<Contribution> some = contributions(1 + random.nextInt(5));
            double factor = 0.1 + 3 * random.nextDouble();
            List<Contribution> scaled = new ArrayList<>();
            List<Contribution> weighted = new ArrayList<>();
            for (Contribution each : some) {
                LoraFactors factors = each.factors();
                scaled.add(new Contribution(
                        each.adapter(),
                        each.weight(),
                        new LoraFactors(factors.a(), factors.b(), factor * factors.scaling())));
                weighted.add(new Contribution(each.adapter(), factor * each.weight(), factors));
            }
            for (WeightMerge method : methods()) {
                Matrix expected = method.merge("w", some, products);
                for (int i = 0; i < expected.data().length; i++) {
                    expected.data()[i] *= (float) factor;
                }
                requireClose(method.merge("w", scaled, products), expected);
                requireClose(method.merge("w", weighted, products), expected);
            }
        }
    }

    @Test
    void trimmedSumsAreThePrunedDeltasSum() {
        for (int trial = 0; trial < 40; trial++) {
            List<Contribution> some = contributions(1 + random.nextInt(5));
            double[] sum = null;
            for (Contribution each : some) {
                Matrix delta = Pruning.keepLargest(Deltas.sum(List.of(new Branch(1, each.factors()))), SOME);
                sum = sum == null ? new double[delta.data().length] : sum;
                for (int i = 0; i < sum.length; i++) {
                    sum[i] += each.weight() * delta.data()[i];
                }
            }
            requireClose(new MagnitudeMerge(SOME).merge("w", some, products), sum, 1);
        }
    }

    @Test
    void svdTellsWhatItLost() {
        for (int trial = 0; trial < 40; trial++) {
            List<Contribution> some = contributions(1 + random.nextInt(5));
            int rank = 1 + random.nextInt(6);
            Compression compression = new SvdMerge(rank).compress(some);
            assertThat(compression.factors().rank()).isLessThanOrEqualTo(rank);
            assertThat(compression.factors().scaling()).isEqualTo(1);
            double[] sum = dense(some);
            double[] kept = Laws.dense(compression.factors());
            double lost = 0;
            double all = 0;
            for (int i = 0; i < sum.length; i++) {
                lost += (sum[i] - kept[i]) * (sum[i] - kept[i]);
                all += sum[i] * sum[i];
            }
            assertThat(compression.lost()).isCloseTo(lost / all, within(1e-6));
            Compression fromDense = Compression.of(Deltas.sum(new CatMerge().branches(some)), rank);
            assertThat(fromDense.lost()).isCloseTo(compression.lost(), within(1e-6));
        }
    }

    @Test
    void refusesParametersOutOfRange() {
        assertThatThrownBy(() -> new LinearMerge(0))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("found the sum 0.0");
        assertThatThrownBy(() -> new TaskArithmeticMerge(Double.NaN))
                .isInstanceOf(InputException.class)
                .hasMessage("scale: expected a finite number, found NaN");
        assertThatThrownBy(() -> new MagnitudeMerge(BigDecimal.ZERO))
                .isInstanceOf(InputException.class)
                .hasMessage("density: expected a fraction above 0 and at most 1, found 0");
        assertThatThrownBy(() -> new DareMerge(new BigDecimal("1.1"), 0, SignRule.NONE))
                .isInstanceOf(InputException.class);
        assertThatThrownBy(() -> new TiesMerge(SOME, SignRule.NONE, 1)).isInstanceOf(InputException.class);
        assertThatThrownBy(() -> new SvdMerge(0)).isInstanceOf(InputException.class);
    }

    private static List<WeightMerge> methods() {
        return List.of(
                new CatMerge(),
                new LinearMerge(3),
                new TaskArithmeticMerge(0.4),
                new TiesMerge(SOME, SignRule.TOTAL, 0.9),
                new TiesMerge(SOME, SignRule.FREQUENCY, 1),
                new MagnitudeMerge(SOME),
                new DareMerge(SOME, 8, SignRule.NONE),
                new DareMerge(SOME, 8, SignRule.TOTAL),
                new DareMerge(SOME, 8, SignRule.FREQUENCY));
    }

    private List<Contribution> contributions(int count) {
        int outputs = 1 + random.nextInt(20);
        int inputs = 1 + random.nextInt(20);
        List<Contribution> contributions = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int rank = 1 + random.nextInt(6);
            LoraFactors factors = new LoraFactors(
                    Laws.matrix(random, rank, inputs),
                    Laws.matrix(random, outputs, rank),
                    0.25 + 2 * random.nextDouble());
            contributions.add(new Contribution("adapter" + i, random.nextDouble() * 2 - 0.5, factors));
        }
        return contributions;
    }

    private static double[] dense(List<Contribution> contributions) {
        double[] sum = null;
        for (Contribution each : contributions) {
            double[] delta = Laws.dense(each.factors());
            sum = sum == null ? new double[delta.length] : sum;
            for (int i = 0; i < sum.length; i++) {
                sum[i] += each.weight() * delta[i];
            }
        }
        return sum;
    }

    private static void requireClose(Matrix found, double[] sum, double factor) {
        Matrix expected = Matrix.zeros(found.rows(), found.columns());
        for (int i = 0; i < sum.length; i++) {
            expected.data()[i] = (float) (factor * sum[i]);
        }
        requireClose(found, expected);
    }

    private static void requireClose(Matrix found, Matrix expected) {
        assertThat(Laws.largestDifference(found, expected))
                .isLessThanOrEqualTo(1e-5 * Math.max(1, Laws.largestEntry(expected)));
    }
}
