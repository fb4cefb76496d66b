package ham.merge.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ham.merge.InputException;
import ham.merge.adapter.LoraAdapter;
import ham.merge.adapter.LoraFactors;
import ham.merge.combine.Branch;
import ham.merge.combine.Combine;
import ham.merge.combine.Deltas;
import ham.merge.join.HamParameters;
import ham.merge.join.Importance;
import ham.merge.join.Join;
import ham.merge.join.MergeStep;
import ham.merge.method.Laws;
import ham.merge.prune.Pruning;
import ham.merge.tensor.Matrix;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

class HamMergeTest {
    private static final HamParameters KEEP_ALL = new HamParameters(BigDecimal.ONE, 0.1, 5, Join.MEAN, Combine.SUM);

    @RepeatedTest(20)
    void oneAdapterOfWeightOneIsItself(RepetitionInfo repetition) {
        Random random = new Random(repetition.getCurrentRepetition());
        LoraAdapter adapter = Laws.random("only", random, 3, 5 + random.nextInt(9), 4 + random.nextInt(9));
        HamMerge merge = new HamMerge(KEEP_ALL);
        merge.add(adapter, 1);
        merge.merged().forEach((name, delta) -> {
            double[] expected = Laws.dense(adapter.factors().get(name));
            for (int i = 0; i < expected.length; i++) {
                assertThat((double) delta.data()[i]).isCloseTo(expected[i], within(1e-6 * Laws.largestEntry(delta)));
            }
        });
    }

    @RepeatedTest(20)
    void similarityIsTheCosineOfTheDenseDeltas(RepetitionInfo repetition) {
        Random random = new Random(repetition.getCurrentRepetition());
        LoraAdapter first = Laws.random("first", random, 3, 7, 6);
        LoraAdapter second = Laws.random("second", random, 2 + random.nextInt(3), 7, 6);
        HamMerge merge = new HamMerge(KEEP_ALL);
        merge.add(first, 1);
        double found = merge.add(second, 1).similarity().get(0);
        double dot = 0;
        double norm1 = 0;
        double norm2 = 0;
        for (int w = 0; w < 4; w++) {
            double[] x = dense(first, "layer." + w + ".weight", 42);
            double[] y = dense(second, "layer." + w + ".weight", 42);
            for (int i = 0; i < 42; i++) {
                dot += x[i] * y[i];
                norm1 += x[i] * x[i];
                norm2 += y[i] * y[i];
            }
        }
        assertThat(found).isCloseTo(dot / Math.sqrt(norm1 * norm2), within(1e-12));
    }

    private static double[] dense(LoraAdapter adapter, String weight, int size) {
        LoraFactors factors = adapter.factors().get(weight);
        return factors == null ? new double[size] : Laws.dense(factors);
    }

    @RepeatedTest(10)
    void equalScalarsMakeGroupingEqualToOneConcatenation(RepetitionInfo repetition) {
        Random random = new Random(repetition.getCurrentRepetition());
        HamMerge many = new HamMerge(new HamParameters(new BigDecimal("0.5"), 0.9, 4, Join.MEAN, Combine.SUM));
        HamMerge one = new HamMerge(new HamParameters(new BigDecimal("0.5"), 0.9, 1, Join.MEAN, Combine.SUM));
        for (int i = 0; i < 6; i++) {
            LoraAdapter adapter = Laws.random("a" + i, random, 2, 6, 8);
            many.add(adapter, 0.7);
            one.add(adapter, 0.7);
        }
        assertThat(many.groups()).hasSize(4);
        assertThat(one.groups()).hasSize(1);
        one.merged().forEach((name, delta) -> assertThat(
                        Laws.largestDifference(delta, many.merged().get(name)))
                .isLessThanOrEqualTo(1e-6 * Laws.largestEntry(delta)));
    }

    @RepeatedTest(10)
    void foldingDoesNotChangeTheFunction(RepetitionInfo repetition) {
        Random random = new Random(repetition.getCurrentRepetition());
        HamMerge merge = new HamMerge(new HamParameters(BigDecimal.ONE, 0.1, 2, Join.FOLD, Combine.SUM));
        SortedMap<String, List<Branch>> expected = new TreeMap<>();
        for (int i = 0; i < 6; i++) {
            LoraAdapter adapter = Laws.random("a" + i, random, 2, 6, 8);
            double alpha = 0.3 + random.nextDouble();
            merge.add(adapter, alpha);
            adapter.factors().forEach((name, factors) -> expected.computeIfAbsent(name, key -> new ArrayList<>())
                    .add(new Branch(alpha, factors)));
        }
        assertThat(merge.groups()).allSatisfy(group -> assertThat(group.squaredNorm())
                .isCloseTo(squaredNorm(merge.deltas(group).values()), within(1e-5 * group.squaredNorm())));
        Deltas.sum(expected).forEach((name, delta) -> assertThat(
                        Laws.largestDifference(delta, merge.merged().get(name)))
                .isLessThanOrEqualTo(1e-6 * Laws.largestEntry(delta)));
    }

    private static double squaredNorm(Collection<Matrix> deltas) {
        double sum = 0;
        for (Matrix delta : deltas) {
            for (float value : delta.data()) {
                sum += (double) value * value;
            }
        }
        return sum;
    }

    @Test
    void combineMeanDividesByTheScalarsAndRefusesWhatIsNotPositive() {
        LoraAdapter adapter = Laws.random("a", new Random(1), 1, 4, 4);
        HamMerge mean = new HamMerge(new HamParameters(BigDecimal.ONE, 0.1, 5, Join.MEAN, Combine.MEAN));
        mean.add(adapter, 0.25);
        HamMerge sum = new HamMerge(KEEP_ALL);
        sum.add(adapter, 1);
        assertThat(mean.merged()).isEqualTo(sum.merged());

        HamMerge negative = new HamMerge(new HamParameters(BigDecimal.ONE, 0.1, 5, Join.MEAN, Combine.MEAN));
        negative.add(adapter, 0);
        assertThatThrownBy(negative::merged)
                .isInstanceOf(InputException.class)
                .hasMessageContaining("combine: expected every group's alpha above 0")
                .hasMessageContaining("found 0.0");
    }

    @Test
    void sequentialTrainingReplacesTheScalarsBeforeTheJoin() {
        Random random = new Random(5);
        HamMerge merge = new HamMerge(new HamParameters(BigDecimal.ONE, -1, 1, Join.MEAN, Combine.SUM));
        merge.add(Laws.random("a0", random, 1, 4, 4), Importance.of(0.8), List.of());
        merge.add(Laws.random("a1", random, 1, 4, 4), Importance.of(0.4), Importance.each(List.of(1.2)));
        assertThat(merge.groups().get(0).alpha().mean()).isCloseTo((1.2 + 0.4) / 2, within(1e-12));
        MergeStep third =
                merge.add(Laws.random("a2", random, 1, 4, 4), Importance.of(0.5), Importance.each(List.of(2.0)));
        assertThat(third.groupAlpha()).isCloseTo((2 * 2.0 + 0.5) / 3, within(1e-12));
        assertThatThrownBy(() -> merge.add(Laws.random("a3", random, 1, 4, 4), Importance.ONE, List.of()))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("beside 0 groups")
                .hasMessageContaining("has 1");
    }

    @Test
    void adaptersOfDifferentShapesAreRefused() {
        HamMerge merge = new HamMerge(KEEP_ALL);
        merge.add(Laws.random("a", new Random(1), 1, 4, 4), 1);
        assertThatThrownBy(() -> merge.add(Laws.random("b", new Random(2), 1, 4, 5), 1))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("adapter b")
                .hasMessageContaining("[4, 4]")
                .hasMessageContaining("[4, 5]");
    }

    @RepeatedTest(50)
    void pruningKeepsWhatASortByMagnitudeAndIndexKeeps(RepetitionInfo repetition) {
        Random random = new Random(repetition.getCurrentRepetition());
        int size = 1 + random.nextInt(60);
        Matrix matrix = Matrix.zeros(1, size);
        for (int i = 0; i < size; i++) {
            matrix.data()[i] = random.nextInt(7) - 3;
        }
        BigDecimal keep = BigDecimal.valueOf(1 + random.nextInt(100), 2);
        int kept = (int) Math.ceil(keep.multiply(BigDecimal.valueOf(size)).doubleValue() - 1e-9);
        float[] expected = new float[size];
        IntStream.range(0, size)
                .boxed()
                .sorted((i, j) -> {
                    int byMagnitude = Float.compare(Math.abs(matrix.data()[j]), Math.abs(matrix.data()[i]));
                    return byMagnitude != 0 ? byMagnitude : Integer.compare(i, j);
                })
                .limit(kept)
                .forEach(i -> expected[i] = matrix.data()[i]);
        assertThat(Pruning.keepLargest(matrix, keep).data()).containsExactly(expected);
    }

    @Test
    void theKeptCountIsThatOfTheDecimalThatWasTyped() {
        float[] ones = new float[100];
        Arrays.fill(ones, 1);
        float[] pruned = Pruning.keepLargest(new Matrix(10, 10, ones), new BigDecimal("0.55"))
                .data();
        assertThat(IntStream.range(0, 100).filter(i -> pruned[i] != 0))
                .hasSize(55)
                .allMatch(i -> i < 55);
    }

    @Test
    void parametersOutOfRangeAreRefused() {
        assertThatThrownBy(() -> new HamParameters(BigDecimal.ZERO, 0.1, 5, Join.MEAN, Combine.SUM))
                .hasMessageContaining("keep: ");
        assertThatThrownBy(() -> new HamParameters(BigDecimal.ONE, Double.NaN, 5, Join.MEAN, Combine.SUM))
                .hasMessageContaining("tau: ");
        assertThatThrownBy(() -> new HamParameters(BigDecimal.ONE, 0, 0, Join.MEAN, Combine.SUM))
                .hasMessageContaining("groups: ");
    }
}
