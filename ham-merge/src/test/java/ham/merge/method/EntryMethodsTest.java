package ham.merge.method;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ham.merge.InputException;
import ham.merge.adapter.LoraFactors;
import ham.merge.combine.Contribution;
import ham.merge.combine.FactorProducts;
import ham.merge.kernel.Kernels;
import ham.merge.tensor.Matrix;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Merges of entries: examples worked by hand, controls that keep every delta, and laws that all of them obey. */
class EntryMethodsTest {
    private final FactorProducts products = new FactorProducts(Kernels.best());

    @Test
    void magMaxTakesTheLargestEntry() {
        List<Contribution> three = List.of(row("a", 1, 4, -1, 2), row("b", 2, 1, 3, -1), row("c", 1, -5, 0, 0));
        assertThat(new MagMaxMerge(0.5).merge("w", three, products).data()).containsExactly(-2.5f, 3, 1);
    }

    /** Of ten entries the largest is an outlier, and the three below it are kept. */
    @Test
    void breadcrumbsDropTheLargestAndTheSmallest() {
        Contribution ten = row("a", 2, 1, -9, 3, 4, -5, 6, -7, 8, 2, 0);
        assertThat(new BreadcrumbsMerge(new BigDecimal("0.3"), new BigDecimal("0.1"), SignRule.NONE, 1)
                        .merge("w", List.of(ten), products)
                        .data())
                .containsExactly(0, 0, 0, 0, 0, 12, -14, 16, 0, 0);
        assertThat(new BreadcrumbsMerge(BigDecimal.ONE, new BigDecimal("0.1"), SignRule.NONE, 1)
                        .merge("w", List.of(ten), products)
                        .data())
                .as("what is kept comes before what is an outlier")
                .containsExactly(2, -18, 6, 8, -10, 12, -14, 16, 4, 0);
    }

    @Test
    void dellaKeepsLargerEntriesMoreOftenAndTheMeanOfAll() {
        int entries = 40_000;
        float[] values = new float[entries];
        for (int i = 0; i < entries; i++) {
            values[i] = i + 1;
        }
        double[] kept = new double[4];
        double sum = 0;
        double all = 0;
        float[] merged = new DellaMerge(new BigDecimal("0.5"), new BigDecimal("0.8"), 3, SignRule.NONE, 1)
                .merge("w", List.of(row("a", 1, values)), products)
                .data();
        for (int i = 0; i < entries; i++) {
            kept[4 * i / entries] += merged[i] == 0 ? 0 : 4.0 / entries;
            sum += merged[i];
            all += values[i];
        }
        // A quarter's mean probability: 0.2, 0.4, 0.6, 0.8; one standard deviation is at most 0.005.
        assertThat(kept).satisfies(quarters -> {
            for (int q = 0; q < 4; q++) {
                assertThat(quarters[q]).isCloseTo(0.2 * (q + 1), within(0.025));
            }
        });
        assertThat(sum / all).isCloseTo(1, within(0.03));
    }

    @Test
    void dellaWithoutWindowDropsWhatDareDrops() {
        Random random = new Random(5);
        List<Contribution> some = some(random, 3, 7, 30);
        Matrix della =
                new DellaMerge(new BigDecimal("0.4"), BigDecimal.ZERO, 11, SignRule.NONE, 1).merge("w", some, products);
        Matrix dare = new DareMerge(new BigDecimal("0.4"), 11, SignRule.NONE).merge("w", some, products);
        assertThat(Laws.largestDifference(della, dare)).isLessThan(1e-5 * Laws.largestEntry(dare));
    }

    @Test
    void aWindowNarrowsToWhatTheDensityAllows() {
        List<Contribution> some = some(new Random(6), 2, 5, 12);
        Matrix all =
                new DellaMerge(BigDecimal.ONE, new BigDecimal("0.5"), 0, SignRule.NONE, 1).merge("w", some, products);
        Matrix sum = new CatMerge().merge("w", some, products);
        assertThat(Laws.largestDifference(all, sum)).isLessThan(1e-5 * Laws.largestEntry(sum));
        assertThatThrownBy(() -> new DellaMerge(new BigDecimal("0.5"), new BigDecimal("-0.1"), 0, SignRule.NONE, 1))
                .isInstanceOf(InputException.class)
                .hasMessage("window: expected 0 or more, found -0.1");
    }

    @Test
    void sceIsWhatTheControlIs() {
        Random random = new Random(7);
        for (int trial = 0; trial < 40; trial++) {
            List<Contribution> some = some(random, 2 + random.nextInt(5), 3, 9);
            BigDecimal density = BigDecimal.valueOf(1 + random.nextInt(100), 2);
            double[] control = sce(some, density.doubleValue());
            Matrix merged = new SceMerge(density, 1).merge("w", some, products);
            for (int i = 0; i < control.length; i++) {
                assertThat((double) merged.data()[i]).isCloseTo(control[i], within(1e-4));
            }
        }
    }

    /** Selected by variance, weighted by energy, erased by the sign of the sum: with every delta kept. */
    private static double[] sce(List<Contribution> some, double density) {
        double[][] deltas = deltas(some);
        int length = deltas[0].length;
        double[] variance = new double[length];
        for (int i = 0; i < length; i++) {
            int at = i;
            double mean =
                    Arrays.stream(deltas).mapToDouble(d -> d[at]).average().orElseThrow();
            variance[i] = Arrays.stream(deltas)
                    .mapToDouble(d -> (d[at] - mean) * (d[at] - mean))
                    .average()
                    .orElseThrow();
        }
        List<Integer> order = IntStream.range(0, length)
                .boxed()
                .sorted(Comparator.comparingDouble(i -> -variance[i]))
                .toList();
        List<Integer> selected = density < 1 ? order.subList(0, (int) Math.floor(density * length + 1e-9)) : order;
        double[] result = new double[length];
        double[] energy = Arrays.stream(deltas)
                .mapToDouble(
                        d -> selected.stream().mapToDouble(i -> d[i] * d[i]).sum())
                .toArray();
        for (int i : selected) {
            double sum = Arrays.stream(deltas).mapToDouble(d -> d[i]).sum();
            double weights = 0;
            for (int a = 0; a < deltas.length; a++) {
                if (deltas[a][i] * sum > 0) {
                    result[i] += energy[a] * deltas[a][i];
                    weights += energy[a];
                }
            }
            result[i] /= weights == 0 ? 1 : weights;
        }
        return result;
    }

    @Test
    void modelStockScalesTheMeanByTheMeanCosine() {
        Random random = new Random(9);
        for (int trial = 0; trial < 20; trial++) {
            Matrix shared = Laws.matrix(random, 1, 12);
            List<Contribution> some = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                float[] values = new float[12];
                for (int c = 0; c < 12; c++) {
                    values[c] = shared.data()[c] + (float) random.nextGaussian();
                }
                some.add(row("a" + i, 1 + random.nextInt(3), values));
            }
            double[][] deltas = deltas(some);
            double cosines = 0;
            for (int i = 0; i < 4; i++) {
                for (int j = 0; j < i; j++) {
                    cosines += dot(deltas[i], deltas[j])
                            / Math.sqrt(dot(deltas[i], deltas[i]) * dot(deltas[j], deltas[j]));
                }
            }
            double cosine = Math.max(0, cosines / 6);
            double t = 4 * cosine / (1 + 3 * cosine);
            Matrix merged = new ModelStockMerge().merge("w", some, products);
            for (int c = 0; c < 12; c++) {
                int at = c;
                double mean =
                        Arrays.stream(deltas).mapToDouble(d -> d[at]).average().orElseThrow();
                assertThat((double) merged.data()[c]).isCloseTo(t * mean, within(1e-5));
            }
        }
    }

    @Test
    void modelStockOfOppositesIsTheBase() {
        List<Contribution> two = List.of(row("a", 1, 1, 2), row("b", 1, -1, -2));
        assertThat(new ModelStockMerge().merge("w", two, products).data()).containsExactly(0, 0);
    }

    static List<WeightMerge> unchanging() {
        return List.of(
                new MagMaxMerge(1),
                new BreadcrumbsMerge(BigDecimal.ONE, BreadcrumbsMerge.DEFAULT_OUTLIERS, SignRule.NONE, 1),
                new DellaMerge(BigDecimal.ONE, BigDecimal.ZERO, 1, SignRule.TOTAL, 1),
                new SceMerge(BigDecimal.ONE, 1),
                new ModelStockMerge());
    }

    @ParameterizedTest
    @MethodSource("unchanging")
    void oneAdapterThatIsKeptWholeStaysAsItIs(WeightMerge merge) {
        Contribution one = some(new Random(1), 1, 5, 8).get(0);
        Matrix merged = merge.merge("w", List.of(one), products);
        double[] delta = deltas(List.of(one))[0];
        for (int i = 0; i < delta.length; i++) {
            assertThat((double) merged.data()[i]).isCloseTo(delta[i], within(1e-5));
        }
    }

    @ParameterizedTest
    @MethodSource("unchanging")
    void anAdapterThatChangesNothingGivesNothing(WeightMerge merge) {
        assertThat(merge.merge("w", List.of(row("a", 1, 0, 0), row("b", 1, 0, 0)), products)
                        .data())
                .containsExactly(0, 0);
    }

    @ParameterizedTest
    @MethodSource("unchanging")
    void whatIsNoNumberDoesNotDisappear(WeightMerge merge) {
        List<Contribution> two = List.of(row("a", 1, Float.NaN, 1), row("b", 1, 2, 1));
        float[] merged = merge.merge("w", two, products).data();
        assertThat(Float.isNaN(merged[0]) || Float.isNaN(merged[1])).isTrue();
    }

    private static List<Contribution> some(Random random, int count, int outputs, int inputs) {
        List<Contribution> some = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int rank = 1 + random.nextInt(3);
            some.add(new Contribution(
                    "adapter" + i,
                    0.5 + random.nextInt(3),
                    new LoraFactors(Laws.matrix(random, rank, inputs), Laws.matrix(random, outputs, rank), 0.5)));
        }
        return some;
    }

    private static double[][] deltas(List<Contribution> some) {
        return some.stream()
                .map(each -> Arrays.stream(Laws.dense(each.factors()))
                        .map(value -> each.weight() * value)
                        .toArray())
                .toArray(double[][]::new);
    }

    private static double dot(double[] first, double[] second) {
        return IntStream.range(0, first.length)
                .mapToDouble(i -> first[i] * second[i])
                .sum();
    }

    /** A delta of one row. */
    private static Contribution row(String adapter, double weight, float... delta) {
        Matrix one = new Matrix(1, 1, new float[] {1});
        return new Contribution(adapter, weight, new LoraFactors(new Matrix(1, delta.length, delta), one, 1));
    }
}
