package ham.merge.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ham.merge.InputException;
import ham.merge.adapter.LoraAdapter;
import ham.merge.combine.Combine;
import ham.merge.compare.Measure;
import ham.merge.join.Group;
import ham.merge.join.HamParameters;
import ham.merge.join.Importance;
import ham.merge.join.ImportanceTest;
import ham.merge.join.Join;
import ham.merge.join.MergeStep;
import ham.merge.method.Laws;
import ham.merge.tensor.Matrix;
import java.math.BigDecimal;
import java.util.List;
import java.util.Random;
import java.util.SortedMap;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

/** The merge of a run against its control {@link HamMerge}, after every adapter. */
class RunningMergeTest {
    @RepeatedTest(20)
    void isTheControlAfterEveryAdapter(RepetitionInfo repetition) {
        Random random = new Random(repetition.getCurrentRepetition());
        HamParameters parameters = new HamParameters(
                BigDecimal.valueOf(3 + random.nextInt(8), 1),
                0.3 * random.nextDouble(),
                3,
                random.nextBoolean() ? Join.MEAN : Join.FOLD,
                random.nextInt(4) == 0 ? Combine.MEAN : Combine.SUM,
                random.nextBoolean() ? Measure.COSINE : Measure.LAYER_COSINE);
        HamMerge control = new HamMerge(parameters);
        RunningMerge merge = new RunningMerge(parameters);
        for (int i = 0; i < 12; i++) {
            // Of unlike weights: those of a later adapter may be new.
            LoraAdapter adapter = Laws.random("a" + i, random, 1 + random.nextInt(3), 7, 6);
            Importance alpha = parameters.combine() == Combine.MEAN
                    ? Importance.of(0.5 + random.nextDouble())
                    : ImportanceTest.random(adapter, random);
            List<Importance> trained = control.groups().stream()
                    .map(group -> group.alpha().times(Importance.of(1.1)))
                    .toList();
            boolean beside = random.nextBoolean();
            MergeStep expected = beside ? control.add(adapter, alpha, trained) : control.add(adapter, alpha);
            MergeStep found = beside ? merge.add(adapter, alpha, trained) : merge.add(adapter, alpha);
            PreparedMergeTest.decidesAlike(found, expected);
            assertThat(merge.groups())
                    .extracting(Group::members)
                    .isEqualTo(control.groups().stream().map(Group::members).toList());
            for (int g = 0; g < control.groups().size(); g++) {
                close(merge.deltas(g), control.deltas(control.groups().get(g)));
            }
            close(merge.merged(), control.merged());
        }
    }

    private static void close(SortedMap<String, Matrix> found, SortedMap<String, Matrix> expected) {
        assertThat(found).hasSameSizeAs(expected);
        expected.forEach((weight, delta) -> assertThat(Laws.largestDifference(delta, found.get(weight)))
                .isLessThanOrEqualTo(4e-6 * Laws.largestEntry(delta)));
    }

    @Test
    void anAdapterOfAnotherBaseIsNamed() {
        RunningMerge merge = new RunningMerge(new HamParameters(BigDecimal.ONE, 0.1, 5, Join.MEAN, Combine.SUM));
        merge.add(Laws.random("first", new Random(1), 2, 7, 6), Importance.ONE);
        LoraAdapter other = Laws.random("other", new Random(1), 2, 7, 5);
        assertThatThrownBy(() -> merge.add(other, Importance.ONE))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("adapter other, weight")
                .hasMessageContaining("[7, 6]")
                .hasMessageContaining("[7, 5]");
    }
}
