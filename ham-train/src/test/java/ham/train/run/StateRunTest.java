package ham.train.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ham.merge.InputException;
import ham.merge.checkpoint.Target;
import ham.merge.head.HeadKind;
import ham.merge.safetensors.SafetensorsFile;
import ham.train.head.DriftRule;
import ham.train.head.HeadSettings;
import ham.train.head.RidgeRule;
import ham.train.input.Augmentation;
import ham.train.learn.LearningMethod;
import ham.train.lora.Initialisation;
import ham.train.lora.LoraSettings;
import ham.train.lora.Recipe;
import ham.train.lora.ScalarScope;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Runs that replay states of earlier classes, and whose heads follow by states. */
class StateRunTest {
    private static final List<Target> TAIL = List.of(Target.ATTENTION_OUTPUT, Target.FC1, Target.FC2);

    @TempDir
    private Path temp;

    @BeforeEach
    void prepare() {
        TinyRun.prepare(temp);
    }

    private RunConfig config(LearningMethod method, HeadKind head, int replay, DriftRule rule) {
        return TinyRun.config(temp, method)
                .with(new HeadSettings(head, 16, RidgeRule.TASK, rule))
                .with(lora(TAIL, List.of(1)))
                .with(new Recipe(2, 8, 1e-2, 5e-3, 1e-3, Augmentation.NONE, replay, 0.1));
    }

    private static LoraSettings lora(List<Target> targets, List<Integer> blocks) {
        return new LoraSettings(targets, blocks, 2, 2, false, Initialisation.OWN, ScalarScope.SHARED);
    }

    private SafetensorsFile head(String run, String file) {
        return SafetensorsFile.open(temp.resolve(run).resolve(file));
    }

    @Test
    void goesOnAsIfNeverInterrupted() {
        RunConfig config = config(LearningMethod.HAM, HeadKind.ANALYTIC, 12, DriftRule.STATES);
        TinyRun.run(config, temp.resolve("whole"));
        Path broken = temp.resolve("broken");
        for (TinyRun.Recorder stop : List.of(new TinyRun.Recorder(2), new TinyRun.Recorder(-1, 3))) {
            assertThatThrownBy(() -> FinishedRun.of(config, broken, Map.of(), List.of(), stop))
                    .hasMessageContaining("stopped");
        }
        TinyRun.run(config, broken);
        for (String file : List.of("merged/merged.safetensors", "heads/linear.safetensors")) {
            assertThat(broken.resolve(file)).hasSameBinaryContentAs(temp.resolve("whole/" + file));
        }
        for (String name : List.of("heads/analytic.safetensors", "heads/prototype.safetensors")) {
            float[] expected = head("whole", name).floats("weight");
            assertThat(head("broken", name).floats("weight"))
                    .usingComparatorWithPrecision(1e-3f)
                    .containsExactly(expected);
        }
    }

    /** Replay trains all rows of the linear head on, and the merged folder has the head that was measured. */
    @ParameterizedTest
    @EnumSource(
            value = LearningMethod.class,
            names = {"HAM", "SEQUENTIAL", "SD_LORA", "FROZEN"})
    void theMergeHasTheLinearHeadOfAllClasses(LearningMethod method) {
        TinyRun.run(config(method, HeadKind.LINEAR, 12, DriftRule.NONE), temp.resolve("run"));
        float[] trained = head("run", "heads/linear.safetensors").floats("weight");
        assertThat(head("run", "merged/head.safetensors").floats("weight")).containsExactly(trained);
        float[] first = head("run", "adapters/000/head.safetensors").floats("weight");
        float[] now = new float[first.length];
        System.arraycopy(trained, 0, now, 0, first.length);
        assertThat(now).isNotEqualTo(first);
    }

    @Test
    void headsFollowAModelThatMoves() {
        TinyRun.run(config(LearningMethod.HAM, HeadKind.ANALYTIC, 0, DriftRule.STATES), temp.resolve("states"));
        TinyRun.run(config(LearningMethod.HAM, HeadKind.ANALYTIC, 0, DriftRule.NONE), temp.resolve("none"));
        assertThat(temp.resolve("states/merged/merged.safetensors"))
                .hasSameBinaryContentAs(temp.resolve("none/merged/merged.safetensors"));
        for (String name : List.of("heads/analytic.safetensors", "heads/prototype.safetensors")) {
            assertThat(head("states", name).floats("weight"))
                    .isNotEqualTo(head("none", name).floats("weight"));
        }
    }

    @Test
    void refusesAdaptersBeforeTheTail() {
        RunConfig whole = config(LearningMethod.HAM, HeadKind.ANALYTIC, 12, DriftRule.NONE);
        assertThatThrownBy(() -> RunInputs.open(whole.with(lora(TAIL, List.of()))))
                .isInstanceOf(InputException.class)
                .hasMessageContainingAll("--replay", "in blocks [0, 1]", "--blocks 1 --targets");
        RunConfig states = config(LearningMethod.HAM, HeadKind.ANALYTIC, 0, DriftRule.STATES);
        assertThatThrownBy(() -> RunInputs.open(states.with(lora(List.of(Target.QUERY, Target.FC1), List.of(1)))))
                .isInstanceOf(InputException.class)
                .hasMessageContainingAll("--drift states", "[query, fc1]");
    }

    @ParameterizedTest
    @EnumSource(
            value = LearningMethod.class,
            names = {"LINEAR", "TIES", "ORACLE", "JOINT"})
    void refusesReplayWhereNoTaskComesUponAnother(LearningMethod method) {
        assertThatThrownBy(() -> config(method, HeadKind.ANALYTIC, 12, DriftRule.NONE))
                .isInstanceOf(InputException.class)
                .hasMessageContainingAll("--replay", method.optionName());
    }

    @Test
    void refusesNumbersOutOfRange() {
        assertThatThrownBy(() -> config(LearningMethod.HAM, HeadKind.ANALYTIC, -1, DriftRule.NONE))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("--replay: expected 0 or more, found -1");
    }
}
