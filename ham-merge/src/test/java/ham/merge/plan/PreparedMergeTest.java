package ham.merge.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ham.merge.MergeProgress;
import ham.merge.adapter.LoraAdapter;
import ham.merge.combine.Combine;
import ham.merge.combine.DeltaStatistics;
import ham.merge.compare.Measure;
import ham.merge.compare.WeightShapes;
import ham.merge.join.Group;
import ham.merge.join.GroupingPlan;
import ham.merge.join.HamParameters;
import ham.merge.join.Importance;
import ham.merge.join.ImportanceTest;
import ham.merge.join.Join;
import ham.merge.join.MergeStep;
import ham.merge.kernel.Kernels;
import ham.merge.method.Laws;
import ham.merge.tensor.Matrix;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

/** The streamed merge against its control {@link HamMerge}. */
class PreparedMergeTest {
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
}
