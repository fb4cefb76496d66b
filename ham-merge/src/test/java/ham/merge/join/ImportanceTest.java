package ham.merge.join;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ham.merge.InputException;
import ham.merge.MergeProgress;
import ham.merge.adapter.LoraAdapter;
import ham.merge.adapter.LoraFactors;
import ham.merge.combine.Branch;
import ham.merge.combine.Combine;
import ham.merge.combine.Deltas;
import ham.merge.method.Laws;
import ham.merge.plan.HamMerge;
import ham.merge.plan.MergeMethod;
import ham.merge.plan.MergeSettings;
import ham.merge.plan.PreparedMerge;
import ham.merge.tensor.Matrix;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.DoubleSupplier;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Scalars of their own for every weight: laws of the merge. */
public class ImportanceTest {
    private static final String FIRST = "layer.0.weight";
    private static final String SECOND = "layer.1.weight";

    /** One number, or one a weight of the adapter. */
    public static Importance random(LoraAdapter adapter, Random random) {
        return random.nextBoolean()
                ? Importance.of(0.5 + random.nextDouble())
                : layered(adapter, () -> 0.5 + random.nextDouble());
    }

    private static Importance layered(LoraAdapter adapter, DoubleSupplier value) {
        SortedMap<String, Double> layers = new TreeMap<>();
        adapter.factors().keySet().forEach(weight -> layers.put(weight, value.getAsDouble()));
        return Importance.perLayer(layers);
    }

    private static HamParameters parameters(int groups, Join join, Combine combine) {
        return new HamParameters(new BigDecimal("0.7"), 0.05, groups, join, combine);
    }

    @RepeatedTest(12)
    void equalScalarsOfAllWeightsAreOneSharedScalarBitForBit(RepetitionInfo repetition) {
        Random random = new Random(repetition.getCurrentRepetition());
        HamParameters parameters = parameters(
                1 + random.nextInt(3),
                random.nextBoolean() ? Join.MEAN : Join.FOLD,
                random.nextBoolean() ? Combine.SUM : Combine.MEAN);
        HamMerge shared = new HamMerge(parameters);
        HamMerge layered = new HamMerge(parameters);
        for (int i = 0; i < 6; i++) {
            LoraAdapter adapter = Laws.random("a" + i, random, 3, 5, 4);
            double alpha = 0.2 + random.nextDouble();
            List<Double> trained = shared.groups().stream()
                    .map(group -> 0.2 + random.nextDouble())
                    .toList();
            shared.add(adapter, Importance.of(alpha), Importance.each(trained));
            layered.add(
                    adapter,
                    layered(adapter, () -> alpha),
                    trained.stream().map(each -> layered(adapter, () -> each)).toList());
        }
        assertThat(layered.merged()).isEqualTo(shared.merged());
        assertThat(layered.steps())
                .map(MergeStep::similarity)
                .isEqualTo(shared.steps().stream().map(MergeStep::similarity).toList());
    }

    /** Without training, a group's scalar of a weight is the mean of those of the members that change it. */
    @RepeatedTest(12)
    void joiningAveragesWeightByWeight(RepetitionInfo repetition) {
        Random random = new Random(repetition.getCurrentRepetition());
        HamMerge merge = new HamMerge(parameters(1, Join.MEAN, Combine.SUM));
        SortedMap<String, List<Double>> scalars = new TreeMap<>();
        for (int i = 0; i < 5; i++) {
            LoraAdapter adapter = Laws.random("a" + i, random, 1 + random.nextInt(3), 5, 4);
            Importance alpha = i == 0 ? layered(adapter, () -> 2 * random.nextDouble()) : random(adapter, random);
            adapter.factors().keySet().forEach(weight -> scalars.computeIfAbsent(weight, key -> new ArrayList<>())
                    .add(alpha.at(weight)));
            merge.add(adapter, alpha);
        }
        Importance group = merge.groups().get(0).alpha();
        assertThat(group.layers()).containsOnlyKeys(scalars.keySet());
        scalars.forEach((weight, values) -> assertThat(group.at(weight))
                .isCloseTo(values.stream().mapToDouble(each -> each).average().orElseThrow(), within(1e-12)));
    }

    /** Folding does not change the function: each adapter counts at every weight what it counted when it came. */
    @RepeatedTest(12)
    void foldingIsExactAtEveryWeight(RepetitionInfo repetition) {
        Random random = new Random(repetition.getCurrentRepetition());
        HamMerge merge = new HamMerge(new HamParameters(BigDecimal.ONE, 0.05, 2, Join.FOLD, Combine.SUM));
        SortedMap<String, List<Branch>> expected = new TreeMap<>();
        for (int i = 0; i < 5; i++) {
            LoraAdapter adapter = Laws.random("a" + i, random, 1 + random.nextInt(3), 5, 4);
            Importance alpha = random(adapter, random);
            merge.add(adapter, alpha);
            adapter.factors().forEach((weight, factors) -> expected.computeIfAbsent(weight, key -> new ArrayList<>())
                    .add(new Branch(alpha.at(weight), factors)));
        }
        SortedMap<String, Matrix> sums = Deltas.sum(expected);
        merge.merged().forEach((weight, delta) -> assertThat(Laws.largestDifference(delta, sums.get(weight)))
                .isLessThanOrEqualTo(1e-6 * Laws.largestEntry(delta)));
    }

    @Test
    void meanDividesEveryWeightByItsOwnScalarsAndRefusesOneThatIsNotPositive() {
        HamParameters parameters = new HamParameters(BigDecimal.ONE, 5, 2, Join.MEAN, Combine.MEAN);
        HamMerge merge = new HamMerge(parameters);
        Random random = new Random(1);
        LoraAdapter one = Laws.random("a", random, 2, 3, 3);
        LoraAdapter two = Laws.random("b", random, 2, 3, 3);
        merge.add(one, Importance.perLayer(Map.of(FIRST, 1.0, SECOND, 3.0)));
        merge.add(two, Importance.perLayer(Map.of(FIRST, 3.0, SECOND, 2.0)));
        assertThat(merge.branches().get(FIRST)).map(Branch::weight).containsExactly(0.25, 0.75);
        assertThat(merge.branches().get(SECOND)).map(Branch::weight).containsExactly(0.6, 0.4);

        HamMerge negative = new HamMerge(parameters);
        negative.add(one, Importance.perLayer(Map.of(FIRST, 2.0, SECOND, -0.5)));
        assertThatThrownBy(negative::branches)
                .isInstanceOf(InputException.class)
                .hasMessageContaining("expected every group's alpha above 0 for mean, found -0.5");
    }

    @Test
    void scalarsForOtherWeightsThanThoseThatChangeAreRefused() {
        HamMerge merge = new HamMerge(HamParameters.DEFAULTS);
        LoraAdapter adapter = Laws.random("a", new Random(1), 2, 3, 3);
        Importance other = Importance.perLayer(Map.of(FIRST, 1.0));
        assertThatThrownBy(() -> merge.add(adapter, other))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("one for each of the 2 weights that change, found them for 1 weights");
        merge.add(adapter, 1);
        assertThatThrownBy(() -> merge.add(Laws.random("b", new Random(2), 2, 3, 3), Importance.ONE, List.of(other)))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("adapter b, group 0");
    }

    /** Whatever the method, one number for all weights is the same as that number at each. */
    @ParameterizedTest
    @EnumSource(names = "REGMEAN", mode = EnumSource.Mode.EXCLUDE)
    void everyMethodTakesWeightsOfLayers(MergeMethod method) {
        Random random = new Random(3);
        List<LoraAdapter> adapters = List.of(Laws.random("a", random, 2, 6, 5), Laws.random("b", random, 2, 6, 5));
        List<Importance> shared = Importance.each(List.of(0.75, 0.5));
        List<Importance> layered = List.of(layered(adapters.get(0), () -> 0.75), layered(adapters.get(1), () -> 0.5));
        assertThat(merged(method, adapters, layered)).isEqualTo(merged(method, adapters, shared));
    }

    private static SortedMap<String, Matrix> merged(
            MergeMethod method, List<LoraAdapter> adapters, List<Importance> weights) {
        return PreparedMerge.of(MergeSettings.of(method), adapters, weights, List.of(), MergeProgress.SILENT)
                .merged();
    }

    @Test
    void anAdapterCountsAtEveryWeightWhatItsScalarThereSays() {
        LoraAdapter adapter = Laws.random("a", new Random(4), 2, 6, 5);
        Importance alpha = Importance.perLayer(Map.of(FIRST, 2.0, SECOND, -0.25));
        assertThat(alpha.mean()).isEqualTo(0.875);
        SortedMap<String, Matrix> merged = merged(MergeMethod.CAT, List.of(adapter), List.of(alpha));
        adapter.factors().forEach((weight, factors) -> {
            Matrix expected = Deltas.sum(List.of(new Branch(
                    weight.equals(FIRST) ? 2 : -0.25, new LoraFactors(factors.a(), factors.b(), factors.scaling()))));
            assertThat(Laws.largestDifference(merged.get(weight), expected))
                    .isLessThanOrEqualTo(1e-6 * Laws.largestEntry(expected));
        });
    }

    @Test
    void aBiasCountsAsTheWeightBesideIt() {
        Importance alpha = Importance.perLayer(Map.of("a.weight", 2.0, "b.weight", 4.0));
        assertThat(alpha.atBias("b.bias")).isEqualTo(4);
        assertThat(alpha.atBias("c.bias")).isEqualTo(3);
        assertThat(alpha.renamed(name -> "x." + name).at("x.a.weight")).isEqualTo(2);
    }
}
