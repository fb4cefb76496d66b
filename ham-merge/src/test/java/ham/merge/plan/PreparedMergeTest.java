package ham.merge.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ham.merge.MergeProgress;
import ham.merge.adapter.BiasChange;
import ham.merge.adapter.LoraAdapter;
import ham.merge.combine.Combine;
import ham.merge.combine.DeltaStatistics;
import ham.merge.compare.Measure;
import ham.merge.compare.WeightShapes;
import ham.merge.gram.InputGram;
import ham.merge.join.Group;
import ham.merge.join.GroupingPlan;
import ham.merge.join.HamParameters;
import ham.merge.join.Importance;
import ham.merge.join.ImportanceTest;
import ham.merge.join.Join;
import ham.merge.join.MergeStep;
import ham.merge.kernel.Dense;
import ham.merge.kernel.Kernels;
import ham.merge.method.Laws;
import ham.merge.tensor.Matrix;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The streamed merge against its control {@link HamMerge}. */
class PreparedMergeTest {
    private static final String BIAS = "layer.0.bias";
    private static final String NORM = "norm.weight";

    @RepeatedTest(20)
    void decidesAndSumsAsTheControl(RepetitionInfo repetition) {
        compare(new Random(repetition.getCurrentRepetition()), 1 + repetition.getCurrentRepetition());
    }

    @RepeatedTest(6)
    void blocksOfAdaptersAreComparedWithTheDeltasOfTheGroups(RepetitionInfo repetition) {
        Random random = new Random(100 + repetition.getCurrentRepetition());
        List<LoraAdapter> adapters = compare(random, 130 + random.nextInt(20));
        assertThat(GroupingPlan.of(adapters.size(), WeightShapes.of(adapters), 3)
                        .allPairs())
                .isFalse();
    }

    private static List<LoraAdapter> compare(Random random, int count) {
        HamParameters parameters = new HamParameters(
                BigDecimal.valueOf(3 + random.nextInt(8), 1),
                0.3 * random.nextDouble(),
                3,
                random.nextBoolean() ? Join.MEAN : Join.FOLD,
                Combine.SUM,
                random.nextBoolean() ? Measure.COSINE : Measure.LAYER_COSINE);
        List<LoraAdapter> adapters = new ArrayList<>();
        List<Importance> alphas = new ArrayList<>();
        HamMerge control = new HamMerge(parameters);
        for (int i = 0; i < count; i++) {
            LoraAdapter adapter = Laws.random("a" + i, random, 1 + random.nextInt(3), 7, 6);
            adapters.add(adapter);
            alphas.add(ImportanceTest.random(adapter, random));
            control.add(adapter, alphas.get(i));
        }
        PreparedMerge merge =
                PreparedMerge.of(MergeSettings.ham(parameters), adapters, alphas, List.of(), MergeProgress.SILENT);
        for (int i = 0; i < count; i++) {
            MergeStep found = merge.steps().get(i);
            MergeStep expected = control.steps().get(i);
            decidesAlike(found, expected);
            assertThat(found.groupAlpha()).isCloseTo(expected.groupAlpha(), within(1e-12));
            assertThat(found.norm()).isCloseTo(expected.norm(), within(1e-5 * expected.norm()));
        }
        assertThat(merge.groups())
                .extracting(Group::members)
                .isEqualTo(control.groups().stream().map(Group::members).toList());
        merge.merged().forEach((weight, delta) -> assertThat(
                        Laws.largestDifference(delta, control.merged().get(weight)))
                .isLessThanOrEqualTo(2e-6 * Laws.largestEntry(delta)));
        return adapters;
    }

    /** The same group, by the same similarities. */
    static void decidesAlike(MergeStep found, MergeStep expected) {
        assertThat(found.group()).isEqualTo(expected.group());
        assertThat(found.opened()).isEqualTo(expected.opened());
        for (int g = 0; g < expected.similarity().size(); g++) {
            assertThat(found.similarity().get(g))
                    .isCloseTo(expected.similarity().get(g), within(2e-6));
        }
    }

    /** Three equal adapters that are kept apart: float32 must not decide which of two equal groups is the more similar. */
    @Test
    void ofEqualSimilaritiesTheLowestIndexWins() {
        for (int seed = 0; seed < 20; seed++) {
            Random random = new Random(seed);
            LoraAdapter one = Laws.random("a", random, 2, 33, 17);
            List<LoraAdapter> adapters = List.of(
                    one,
                    Laws.random("b", random, 2, 33, 17),
                    new LoraAdapter("c", one.factors()),
                    new LoraAdapter("d", one.factors()));
            PreparedMerge merge = PreparedMerge.of(
                    MergeSettings.ham(new HamParameters(BigDecimal.ONE, 2, 3, Join.MEAN, Combine.SUM)),
                    adapters,
                    Importance.each(List.of(1.0, 1.0, 1.0, 1.0)),
                    List.of(),
                    MergeProgress.SILENT);
            assertThat(merge.steps()).extracting(MergeStep::group).containsExactly(0, 1, 2, 0);
        }
    }

    @Test
    void theEffectiveRankCountsTheDirections() {
        double norm = 0;
        Matrix diagonal = Matrix.zeros(5, 3);
        for (int i = 0; i < 3; i++) {
            diagonal.data()[i * 3 + i] = 2e20f;
            norm += 4e40;
        }
        DeltaStatistics.Workspace workspace = new DeltaStatistics.Workspace();
        for (var kernels : List.of(Kernels.plain(), Kernels.best())) {
            DeltaStatistics tall = workspace.of(diagonal, kernels);
            assertThat(tall.effectiveRank()).isCloseTo(3, within(1e-5));
            assertThat(tall.norm()).isCloseTo(Math.sqrt(norm), within(1e15));
            assertThat(workspace.of(diagonal.transpose(), kernels).effectiveRank())
                    .isCloseTo(3, within(1e-5));
        }
        assertThat(workspace.of(Matrix.zeros(2, 2), Kernels.plain())).isEqualTo(new DeltaStatistics(0, 0));
    }

    /** Adapters alike in all but their names, which change a bias beside a weight and the weight of a norm. */
    private static List<LoraAdapter> alike(int count) {
        Random random = new Random(3);
        LoraAdapter one = Laws.random("a", random, 1, 7, 6);
        SortedMap<String, BiasChange> vectors = new TreeMap<>();
        vectors.put(BIAS, new BiasChange(Laws.matrix(random, 1, 7).data(), false));
        vectors.put(NORM, new BiasChange(Laws.matrix(random, 1, 6).data(), false));
        SortedMap<String, InputGram> grams = new TreeMap<>();
        Dense inputs = Dense.of(Laws.matrix(random, 20, 6));
        grams.put(
                "layer.0.weight",
                InputGram.full(inputs.transpose().times(inputs).toMatrix()));
        return IntStream.range(0, count)
                .mapToObj(i -> new LoraAdapter("a" + i, one.factors(), vectors, grams))
                .toList();
    }

    private static PreparedMerge merge(MergeSettings settings, List<LoraAdapter> adapters) {
        List<Importance> weights = adapters.stream().map(each -> Importance.ONE).toList();
        return PreparedMerge.of(settings, adapters, weights, List.of(), MergeProgress.SILENT);
    }

    /** All entries, where the method selects some. */
    private static MergeChoices all(MergeMethod method) {
        MergeChoices choices = new MergeChoices();
        return MergeParameter.DENSITY.methods().contains(method)
                ? choices.put(MergeParameter.DENSITY, BigDecimal.ONE)
                : choices;
    }

    private static void assertVectors(PreparedMerge merge, LoraAdapter adapter, double times) {
        assertThat(merge.biases()).containsOnlyKeys(BIAS, NORM);
        adapter.biases().forEach((name, change) -> {
            float[] found = merge.biases().get(name);
            for (int i = 0; i < found.length; i++) {
                assertThat(found[i]).isCloseTo((float) (times * change.values()[i]), within(1e-5f));
            }
        });
    }

    @ParameterizedTest
    @EnumSource
    void theVectorsOfOneAdapterStayAsTheyAre(MergeMethod method) {
        List<LoraAdapter> one = alike(1);
        assertVectors(merge(all(method).settings(method), one), one.get(0), 1);
    }

    @ParameterizedTest
    @EnumSource
    void theVectorsOfAdaptersThatAgreeAreAddedUpBySumsAlone(MergeMethod method) {
        boolean sum = List.of(
                        MergeMethod.HAM,
                        MergeMethod.CAT,
                        MergeMethod.TASK_ARITHMETIC,
                        MergeMethod.DARE,
                        MergeMethod.MAGNITUDE,
                        MergeMethod.BREADCRUMBS,
                        MergeMethod.SVD)
                .contains(method);
        List<LoraAdapter> three = alike(3);
        assertVectors(merge(all(method).settings(method), three), three.get(0), sum ? 3 : 1);
    }

    @Test
    void vectorsOfALeastSquaresMergeOfGroupsAreTheMean() {
        List<LoraAdapter> three = alike(3);
        MergeSettings settings =
                new MergeChoices().put(MergeParameter.COMBINE, Combine.REGMEAN).settings(MergeMethod.HAM);
        assertVectors(merge(settings, three), three.get(0), 1);
    }

    @Test
    void theScaleCountsForVectorsToo() {
        List<LoraAdapter> two = alike(2);
        for (MergeMethod method : MergeParameter.SCALE.methods()) {
            double one = merge(all(method).settings(method), two).biases().get(NORM)[0];
            double half = merge(all(method).put(MergeParameter.SCALE, 0.5).settings(method), two)
                    .biases()
                    .get(NORM)[0];
            assertThat(half).isCloseTo(one / 2, within(1e-6));
        }
    }

    @Test
    void rulesForLayersCountForTheirBiases() {
        List<LoraAdapter> two = alike(2);
        MergeSettings none = MergeSettings.of(MergeMethod.CAT).scaled(0);
        assertVectors(merge(none, two), two.get(0), 0);
        for (String rule : List.of("layer\\.0\\.weight", "0\\.bias")) {
            PreparedMerge ruled =
                    merge(new MergeChoices().layers(List.of(weight(rule, 0))).settings(MergeMethod.CAT), two);
            assertThat(ruled.biases().get(BIAS)).containsOnly(0);
            assertThat(ruled.biases().get(NORM)[0])
                    .isEqualTo(2 * two.get(0).biases().get(NORM).values()[0]);
            boolean both = rule.endsWith("weight");
            assertThat(Laws.largestEntry(ruled.merged().get("layer.0.weight")) == 0)
                    .isEqualTo(both);
        }
    }

    private static LayerRule weight(String expression, double weight) {
        return new LayerRule(
                Pattern.compile(expression), Optional.empty(), Optional.empty(), Optional.empty(), Optional.of(weight));
    }
}
