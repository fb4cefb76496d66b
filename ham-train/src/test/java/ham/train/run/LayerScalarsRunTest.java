package ham.train.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ham.merge.MergeProgress;
import ham.merge.checkpoint.Target;
import ham.merge.folder.AdapterFolder;
import ham.merge.folder.AdapterMerge;
import ham.merge.folder.MergeFolder;
import ham.merge.folder.Merged;
import ham.merge.join.Importance;
import ham.merge.join.Join;
import ham.merge.plan.MergeChoices;
import ham.merge.plan.MergeParameter;
import ham.merge.record.HamRecord;
import ham.merge.record.MergeMode;
import ham.train.config.RunConfig;
import ham.train.learn.Learner;
import ham.train.learn.LearningMethod;
import ham.train.learn.LearningSettings;
import ham.train.lora.Initialisation;
import ham.train.lora.LoraSettings;
import ham.train.lora.ScalarScope;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Runs whose adapters and groups have a scalar for each layer. */
class LayerScalarsRunTest {
    @TempDir
    private static Path shared;

    @TempDir
    private Path temp;

    @BeforeAll
    static void prepare() {
        TinyRun.prepare(shared);
    }

    /** What a run merges, its adapters give again, and a run that was stopped ends the same. */
    @ParameterizedTest
    @CsvSource({
        "HAM, SEQUENTIAL, MEAN,",
        "HAM, SEQUENTIAL, MEAN, 1",
        "HAM, INDEPENDENT, FOLD,",
        "CAT_PRUNED, SEQUENTIAL, FOLD,",
        "SD_LORA, SEQUENTIAL,,",
        "SD_LORA, SEQUENTIAL,, 1"
    })
    void scalarsOfLayersAreMergedAndResumed(LearningMethod method, MergeMode mode, Join join, Integer onlyBlock)
            throws IOException {
        MergeChoices choices = new MergeChoices();
        if (join != null) {
            choices.put(MergeParameter.JOIN, join);
        }
        LearningSettings learning = LearningSettings.of(method, Optional.of(mode), choices, 1);
        RunConfig config = TinyRun.config(shared, method).toBuilder()
                .optLearning(learning)
                .optLora(new LoraSettings(
                        List.of(Target.QUERY, Target.FC1),
                        onlyBlock == null ? List.of() : List.of(onlyBlock),
                        3,
                        3,
                        false,
                        Initialisation.OWN,
                        ScalarScope.PER_LAYER))
                .build();
        Path run = TinyRun.run(config, temp.resolve("whole")).folder();
        List<AdapterFolder> adapters = new ArrayList<>();
        for (int task = 0; task < TinyRun.TASKS; task++) {
            adapters.add(AdapterFolder.read(run.resolve("adapters").resolve(RunFolder.numbered(task))));
        }
        HamRecord last = adapters.get(TinyRun.TASKS - 1).record();
        assertThat(last.trainedScalars()).allMatch(Importance::isPerLayer);
        assertThat(new TreeSet<>(last.alpha().layers().values())).hasSizeGreaterThan(1);
        Path merged = run.resolve("merged");
        Path again = Files.createDirectory(temp.resolve("again"));
        MergeFolder.write(
                again,
                AdapterMerge.of(
                        adapters,
                        method == LearningMethod.SD_LORA ? last.trainedScalars() : List.of(),
                        MergeFolder.settings(merged),
                        Optional.empty(),
                        MergeProgress.SILENT));
        assertThat(again.resolve("merged.safetensors")).hasSameBinaryContentAs(merged.resolve("merged.safetensors"));
        Learner learner = learning.learner();
        RunInputs inputs = RunInputs.open(config);
        adapters.forEach(each -> learner.join(inputs.learned(each.path())));
        assertThat(Merged.read(merged).deltas().keySet())
                .isEqualTo(learner.deltas().keySet());
        learner.deltas().forEach((weight, delta) -> assertThat(
                        Merged.read(merged).deltas().get(weight).data())
                .usingComparatorWithPrecision(1e-7f)
                .containsExactly(delta.data()));

        Path out = temp.resolve("stopped");
        assertThatThrownBy(() -> FinishedRun.of(config, out, Map.of(), List.of(), new TinyRun.Recorder(2)))
                .hasMessageContaining("stopped");
        TinyRun.run(config, out);
        assertThat(out.resolve("merged/merged.safetensors"))
                .hasSameBinaryContentAs(merged.resolve("merged.safetensors"));
    }
}
