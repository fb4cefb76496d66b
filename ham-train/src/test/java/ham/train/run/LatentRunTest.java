package ham.train.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ham.merge.InputException;
import ham.merge.checkpoint.Target;
import ham.merge.head.HeadKind;
import ham.merge.safetensors.SafetensorsFile;
import ham.merge.tensor.Matrix;
import ham.train.TinyVit;
import ham.train.config.RunConfig;
import ham.train.engine.TorchEngine;
import ham.train.feature.FeatureExtractor;
import ham.train.head.DriftRule;
import ham.train.head.Features;
import ham.train.head.HeadSettings;
import ham.train.head.PrototypeStatistics;
import ham.train.head.RidgeRule;
import ham.train.input.Augmentation;
import ham.train.learn.LearningMethod;
import ham.train.lora.Initialisation;
import ham.train.lora.LoraSettings;
import ham.train.lora.Recipe;
import ham.train.lora.ScalarScope;
import ham.train.stream.Split;
import ham.train.vit.VitForward;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Runs that replay states of earlier classes, and whose heads follow by states. */
class LatentRunTest {
    private static final List<Target> TAIL = List.of(Target.ATTENTION_OUTPUT, Target.FC1, Target.FC2);

    @TempDir
    private Path temp;

    @BeforeEach
    void prepare() {
        TinyRun.prepare(temp, 30);
    }

    private RunConfig config(LearningMethod method, HeadKind head, int replay, DriftRule rule) {
        return TinyRun.config(temp, method).toBuilder()
                .optHeads(new HeadSettings(head, 16, RidgeRule.TASK, rule))
                .optLora(lora(TAIL, List.of(1)))
                .optRecipe(new Recipe(2, 8, 1e-2, 5e-3, 1e-3, Augmentation.NONE, replay, 0.1))
                .build();
    }

    private static LoraSettings lora(List<Target> targets, List<Integer> blocks) {
        return new LoraSettings(targets, blocks, 2, 2, false, Initialisation.OWN, ScalarScope.SHARED);
    }

    private SafetensorsFile head(String run, String file) {
        return SafetensorsFile.open(temp.resolve(run).resolve(file));
    }

    /** Stopped within a task that replays, between tasks, and within the last. */
    @Test
    void goesOnAsIfNeverInterrupted() {
        RunConfig config = config(LearningMethod.HAM, HeadKind.ANALYTIC, 12, DriftRule.STATES);
        train(config, "whole", new TinyRun.Recorder(-1));
        for (TinyRun.Recorder stop :
                List.of(new TinyRun.Recorder(-1, 19), new TinyRun.Recorder(2), new TinyRun.Recorder(-1, 3))) {
            assertThatThrownBy(() -> train(config, "broken", stop)).hasMessageContaining("stopped");
        }
        TinyRun.Recorder last = new TinyRun.Recorder(-1);
        train(config, "broken", last);
        assertThat(last.steps).isEqualTo(10);
        for (String file : List.of(
                "merged/merged.safetensors",
                "heads/linear.safetensors",
                "heads/prototype.safetensors",
                "heads/analytic.safetensors")) {
            assertThat(temp.resolve("broken").resolve(file)).hasSameBinaryContentAs(temp.resolve("whole/" + file));
        }
    }

    /** Trains, saving after every step. */
    private void train(RunConfig config, String out, TinyRun.Recorder progress) {
        try (RunFolder folder = RunFolder.open(temp.resolve(out), true, false)) {
            new StreamTrainer(RunInputs.open(config), progress, Duration.ZERO).run(folder);
            folder.finish();
        }
    }

    @Test
    void trainsOnAsManyStatesAsAreAskedFor() {
        for (int replay : new int[] {12, 24}) {
            TinyRun.run(config(LearningMethod.HAM, HeadKind.LINEAR, replay, DriftRule.NONE), temp.resolve("" + replay));
        }
        assertThat(head("24", "heads/linear.safetensors").floats("weight"))
                .isNotEqualTo(head("12", "heads/linear.safetensors").floats("weight"));
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

    /** Prototypes of all classes lie near the means of their images' features by the last model, which old ones do not. */
    @Test
    void headsFollowAModelThatMoves() {
        RunConfig config = config(LearningMethod.HAM, HeadKind.PROTOTYPE, 0, DriftRule.STATES);
        TinyRun.run(config, temp.resolve("states"));
        TinyRun.run(config(LearningMethod.HAM, HeadKind.PROTOTYPE, 0, DriftRule.NONE), temp.resolve("none"));
        assertThat(temp.resolve("states/merged/merged.safetensors"))
                .hasSameBinaryContentAs(temp.resolve("none/merged/merged.safetensors"));
        assertThat(head("states", "heads/analytic.safetensors").floats("weight"))
                .isNotEqualTo(head("none", "heads/analytic.safetensors").floats("weight"));
        Matrix expected = prototypes(RunInputs.open(config), head("states", "merged/merged.safetensors"));
        assertThat(distance(expected, "states")).isLessThan(0.3 * distance(expected, "none"));
    }

    private double distance(Matrix expected, String run) {
        float[] found = head(run, "heads/prototype.safetensors").floats("weight");
        double sum = 0;
        for (int i = 0; i < found.length; i++) {
            sum += Math.pow(found[i] - expected.data()[i], 2);
        }
        return Math.sqrt(sum);
    }

    /** Of all tasks' images through a model with these deltas. */
    private static Matrix prototypes(RunInputs inputs, SafetensorsFile merged) {
        SortedMap<String, Matrix> deltas = new TreeMap<>();
        merged.names().forEach(name -> deltas.put(name, merged.matrix(name)));
        PrototypeStatistics statistics = new PrototypeStatistics(TinyVit.WIDTH);
        try (TorchEngine engine = TorchEngine.open("cpu", 1, "fp32");
                VitForward vit = new VitForward(engine, inputs.base());
                FeatureExtractor model = new FeatureExtractor(vit, deltas)) {
            for (int task = 0; task < TinyRun.TASKS; task++) {
                Split split = inputs.split(task);
                Features training = inputs.seen(model, split.training()).features();
                Features heldOut = inputs.seen(model, split.heldOut()).features();
                statistics.add(training.and(heldOut), inputs.stream().seen(task));
            }
        }
        return statistics.head().weight();
    }

    @Test
    void refusesAdaptersBeforeTheTail() {
        RunConfig whole = config(LearningMethod.HAM, HeadKind.ANALYTIC, 12, DriftRule.NONE);
        assertThatThrownBy(() ->
                        RunInputs.open(whole.toBuilder().optBlocks(List.of()).build()))
                .isInstanceOf(InputException.class)
                .hasMessageContainingAll("replay", "in blocks [0, 1]", "blocks 1 and targets");
        RunConfig states = config(LearningMethod.HAM, HeadKind.ANALYTIC, 0, DriftRule.STATES);
        assertThatThrownBy(() -> RunInputs.open(states.toBuilder()
                        .optLora(lora(List.of(Target.QUERY, Target.FC1), List.of(1)))
                        .build()))
                .isInstanceOf(InputException.class)
                .hasMessageContainingAll("drift: ", "[query, fc1]");
    }

    @ParameterizedTest
    @EnumSource(
            value = LearningMethod.class,
            names = {"LINEAR", "TIES", "ORACLE", "JOINT"})
    void refusesReplayWhereNoTaskComesUponAnother(LearningMethod method) {
        assertThatThrownBy(() -> config(method, HeadKind.ANALYTIC, 12, DriftRule.NONE))
                .isInstanceOf(InputException.class)
                .hasMessageContainingAll("replay", method.optionName());
    }

    @Test
    void refusesNumbersOutOfRange() {
        assertThatThrownBy(() -> config(LearningMethod.HAM, HeadKind.ANALYTIC, -1, DriftRule.NONE))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("replay: expected 0 to 100000, found -1");
    }
}
