package ham.merge.method;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import ham.merge.adapter.LoraAdapter;
import ham.merge.adapter.LoraFactors;
import ham.merge.combine.Contribution;
import ham.merge.combine.FactorProducts;
import ham.merge.io.JsonFiles;
import ham.merge.kernel.Kernels;
import ham.merge.peft.PeftReader;
import ham.merge.tensor.Matrix;
import ham.testing.TestData;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Real adapters of unequal ranks and scalings, one of them rsLoRA, merged right where PEFT's own merges are not. */
class PeftFaultsTest {
    private static final JsonNode EXPECTED =
            JsonFiles.read(TestData.path("peft-adapters/expected.json"), "the expected results");

    private final FactorProducts products = new FactorProducts(Kernels.best());

    @Test
    void catIsPeftsOwnWhichIsRight() {
        List<LoraAdapter> adapters = adapters(0, 1, 2, 3, 4, 5);
        LoraAdapter peft = adapter("combined/cat6");
        forEachWeight(adapters, EXPECTED.path("cat_weights"), (weight, contributions) -> {
            Matrix merged = new CatMerge().merge(weight, contributions, products);
            requireClose(merged, dense(contributions));
            requireClose(merged, Laws.dense(peft.factors().get(weight)));
        });
    }

    @Test
    void sumsHaveNoCrossTermsWherePeftsLinearHas() {
        JsonNode linear = EXPECTED.path("linear");
        List<LoraAdapter> adapters = adapters(0, 1, 3, 5);
        LoraAdapter peft = adapter("combined/lin4");
        forEachWeight(adapters, linear.path("weights"), (weight, contributions) -> {
            Matrix merged = new TaskArithmeticMerge(1).merge(weight, contributions, products);
            requireClose(merged, dense(contributions));
            double[] withCrossTerms = Laws.dense(peft.factors().get(weight));
            assertThat(largestDifference(merged, withCrossTerms)).isGreaterThan(0.1 * Laws.largestEntry(merged));
            requireClose(toMatrix(withCrossTerms, merged), crossed(contributions));
        });
    }

    @Test
    void linearAndTrimmingMethodsTakeDifferentRanks() {
        List<LoraAdapter> adapters = adapters(1, 2, 4);
        forEachWeight(adapters, EXPECTED.path("cat_weights"), (weight, contributions) -> {
            double[] sum = dense(contributions);
            double total =
                    contributions.stream().mapToDouble(Contribution::weight).sum();
            Matrix mean = new LinearMerge(total).merge(weight, contributions, products);
            requireClose(mean, scaled(sum, 1 / total));
            requireClose(new MagnitudeMerge(BigDecimal.ONE).merge(weight, contributions, products), sum);
            requireClose(new DareMerge(BigDecimal.ONE, 0, SignRule.NONE).merge(weight, contributions, products), sum);
        });
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    void rsLoraCountsOnceWhereverItStands(int place) {
        List<Integer> numbers = new ArrayList<>(List.of(0, 2));
        numbers.add(place, 4);
        List<LoraAdapter> adapters =
                numbers.stream().map(each -> adapter("adapter" + each)).toList();
        forEachWeight(
                adapters,
                EXPECTED.path("cat_weights"),
                (weight, contributions) ->
                        requireClose(new CatMerge().merge(weight, contributions, products), dense(contributions)));
    }

    /** Where every delta is on one entry only, trimming, electing and dropping cannot leave anything on the entries between. */
    @Test
    void trimmingFactorsApartWouldLeaveCrossTerms() {
        Contribution first = new Contribution("a", 1, unit(0));
        Contribution second = new Contribution("b", 1, unit(1));
        List<WeightMerge> methods = List.of(
                new TiesMerge(new BigDecimal("0.25"), SignRule.TOTAL, 1),
                new MagnitudeMerge(new BigDecimal("0.25")),
                new DareMerge(BigDecimal.ONE, 0, SignRule.TOTAL));
        for (WeightMerge method : methods) {
            assertThat(method.merge("w", List.of(first, second), products).data())
                    .containsExactly(1, 0, 0, 1);
        }
    }

    /** The delta [2, 2] with a single 1 at (index, index). */
    private static LoraFactors unit(int index) {
        Matrix a = Matrix.zeros(1, 2);
        Matrix b = Matrix.zeros(2, 1);
        a.data()[index] = 1;
        b.data()[index] = 1;
        return new LoraFactors(a, b, 1);
    }

    private static List<LoraAdapter> adapters(int... numbers) {
        List<LoraAdapter> adapters = new ArrayList<>();
        for (int number : numbers) {
            adapters.add(adapter("adapter" + number));
        }
        return adapters;
    }

    private static LoraAdapter adapter(String folder) {
        return LoraAdapter.load(PeftReader.read(TestData.path("peft-adapters/v4-names/" + folder), folder));
    }

    private static void forEachWeight(
            List<LoraAdapter> adapters, JsonNode weights, BiConsumer<String, List<Contribution>> check) {
        assertThat(adapters.get(0).factors()).hasSize(8);
        for (String weight : adapters.get(0).factors().keySet()) {
            List<Contribution> contributions = new ArrayList<>();
            for (LoraAdapter adapter : adapters) {
                contributions.add(new Contribution(
                        adapter.name(),
                        weights.path(contributions.size()).asDouble(),
                        adapter.factors().get(weight)));
            }
            check.accept(weight, contributions);
        }
    }

    private static double[] dense(List<Contribution> contributions) {
        double[] sum = new double[Laws.dense(contributions.get(0).factors()).length];
        for (Contribution each : contributions) {
            double[] delta = Laws.dense(each.factors());
            for (int i = 0; i < sum.length; i++) {
                sum[i] += each.weight() * delta[i];
            }
        }
        return sum;
    }

    /** What PEFT makes of it: {@code (sum_i sqrt(w_i s_i) B_i) (sum_i sqrt(w_i s_i) A_i)}. */
    private static double[] crossed(List<Contribution> contributions) {
        LoraFactors shape = contributions.get(0).factors();
        Matrix a = Matrix.zeros(shape.rank(), shape.inputs());
        Matrix b = Matrix.zeros(shape.outputs(), shape.rank());
        for (Contribution each : contributions) {
            double root = Math.sqrt(each.weight() * each.factors().scaling());
            for (int i = 0; i < a.data().length; i++) {
                a.data()[i] += (float) (root * each.factors().a().data()[i]);
            }
            for (int i = 0; i < b.data().length; i++) {
                b.data()[i] += (float) (root * each.factors().b().data()[i]);
            }
        }
        return Laws.dense(new LoraFactors(a, b, 1));
    }

    private static double[] scaled(double[] values, double factor) {
        double[] scaled = values.clone();
        for (int i = 0; i < scaled.length; i++) {
            scaled[i] *= factor;
        }
        return scaled;
    }

    private static Matrix toMatrix(double[] values, Matrix shape) {
        Matrix matrix = Matrix.zeros(shape.rows(), shape.columns());
        for (int i = 0; i < values.length; i++) {
            matrix.data()[i] = (float) values[i];
        }
        return matrix;
    }

    private static double largestDifference(Matrix found, double[] expected) {
        return Laws.largestDifference(found, toMatrix(expected, found));
    }

    private static void requireClose(Matrix found, double[] expected) {
        assertThat(largestDifference(found, expected)).isLessThanOrEqualTo(2e-6 * Laws.largestEntry(found));
    }
}
