package ham.train.run;

import static org.assertj.core.api.Assertions.assertThat;

import ham.merge.head.HeadKind;
import ham.merge.plan.MergeChoices;
import ham.merge.plan.MergeParameter;
import ham.merge.record.MergeMode;
import ham.merge.tensor.Matrix;
import ham.train.config.RunConfig;
import ham.train.learn.LearningMethod;
import ham.train.learn.LearningSettings;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** With one task the methods are one method. */
class OneTaskTest {
    @TempDir
    private static Path shared;

    @TempDir
    private Path temp;

    @BeforeAll
    static void prepare() {
        TinyRun.prepare(shared);
    }

    private FinishedRun run(String name, RunConfig config) {
        return TinyRun.run(config, temp.resolve(name));
    }

    private static RunConfig oneTask(LearningSettings learning) {
        RunConfig config = TinyRun.config(shared, HeadKind.ANALYTIC, 1);
        return config.toBuilder().optLearning(learning).optTasks(1).build();
    }

    private static LearningSettings unpruned() {
        return LearningSettings.of(
                LearningMethod.HAM, Optional.empty(), new MergeChoices().put(MergeParameter.KEEP, BigDecimal.ONE), 1);
    }

    private static void assertClose(SortedMap<String, Matrix> found, SortedMap<String, Matrix> expected) {
        assertThat(found.keySet()).isEqualTo(expected.keySet());
        expected.forEach((weight, matrix) -> assertThat(found.get(weight).data())
                .usingComparatorWithPrecision(1e-7f)
                .containsExactly(matrix.data()));
    }

    @Test
    void withOneTaskThereIsNothingToGroup() {
        FinishedRun ham = run("ham", oneTask(LearningSettings.DEFAULT));
        assertThat(TinyRun.deltas(run("cat", oneTask(LearningSettings.of(LearningMethod.CAT_PRUNED)))))
                .isEqualTo(TinyRun.deltas(ham));
        assertThat(TinyRun.deltas(run("alone", oneTask(LearningSettings.DEFAULT.with(MergeMode.INDEPENDENT)))))
                .isEqualTo(TinyRun.deltas(ham));
    }

    @Test
    void withOneTaskSdLoraIsHamWithoutPruning() {
        assertClose(
                TinyRun.deltas(run("sd-lora", oneTask(LearningSettings.of(LearningMethod.SD_LORA)))),
                TinyRun.deltas(run("ham", oneTask(unpruned()))));
    }

    @Test
    void withOneTaskMeanSumAndLastAdapterAreTheSame() {
        SortedMap<String, Matrix> sequential =
                TinyRun.deltas(run("a", oneTask(LearningSettings.of(LearningMethod.SEQUENTIAL))));
        for (LearningMethod method : List.of(LearningMethod.LINEAR, LearningMethod.TASK_ARITHMETIC)) {
            assertClose(TinyRun.deltas(run(method.optionName(), oneTask(LearningSettings.of(method)))), sequential);
        }
        // One task or all at once: the classes are the same.
        assertClose(
                TinyRun.deltas(TinyRun.run(TinyRun.config(shared, LearningMethod.JOINT), temp.resolve("joint"))),
                sequential);
    }
}
