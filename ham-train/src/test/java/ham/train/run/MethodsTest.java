package ham.train.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import ham.merge.InputException;
import ham.merge.MergeProgress;
import ham.merge.checkpoint.Target;
import ham.merge.folder.AdapterFolder;
import ham.merge.folder.AdapterMerge;
import ham.merge.folder.ContinuedMerge;
import ham.merge.folder.MergeFolder;
import ham.merge.folder.Merged;
import ham.merge.folder.StoredMerge;
import ham.merge.head.HeadKind;
import ham.merge.io.JsonFiles;
import ham.merge.join.Importance;
import ham.merge.record.MergeMode;
import ham.merge.tensor.Matrix;
import ham.train.config.RunConfig;
import ham.train.learn.LearningMethod;
import ham.train.learn.LearningSettings;
import ham.train.lora.Initialisation;
import ham.train.lora.LoraSettings;
import ham.train.lora.ScalarScope;
import ham.train.metrics.Predictions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Laws of the methods, each on a run of three tasks. */
class MethodsTest {
    @TempDir
    private static Path shared;

    /** Runs of every method with its defaults, each trained once. */
    private static final Map<LearningMethod, FinishedRun> RUNS = new HashMap<>();

    @TempDir
    private Path temp;

    @BeforeAll
    static void prepare() {
        TinyRun.prepare(shared);
    }

    private static FinishedRun run(LearningMethod method) {
        return RUNS.computeIfAbsent(
                method, key -> TinyRun.run(TinyRun.config(shared, key), shared.resolve("run-" + key.optionName())));
    }

    private FinishedRun run(String name, RunConfig config) {
        return TinyRun.run(config, temp.resolve(name));
    }

    private static RunConfig oneTask(LearningSettings learning) {
        RunConfig config = TinyRun.config(shared, HeadKind.ANALYTIC, 1);
        return config.toBuilder().optLearning(learning).optTasks(1).build();
    }

    @ParameterizedTest
    @EnumSource(LearningMethod.class)
    void aMethodMeasuresEveryHeadAfterEveryTask(LearningMethod method) {
        ObjectNode metrics = TinyRun.metrics(run(method));
        int tasks = method == LearningMethod.JOINT ? 1 : TinyRun.TASKS;
        for (HeadKind head : HeadKind.values()) {
            JsonNode variant = metrics.path("variants").path(Variants.name(method, head));
            assertThat(variant.path("R")).hasSize(tasks);
            assertThat(variant.path("R").path(tasks - 1)).hasSize(tasks);
        }
        assertThat(metrics.path("variants")).hasSize(method == LearningMethod.FROZEN ? 3 : 5);
        assertThat(metrics.path("method").asText()).isEqualTo(method.optionName());
        assertThat(metrics.path("tasks")).hasSize(tasks);
        JsonNode task = metrics.path("tasks").path(tasks - 1);
        assertThat(task.path("seconds").path("training").asDouble()).isPositive();
        assertThat(task.path("ridge").path(method.optionName()).asDouble()).isPositive();
        assertThat(task.path("accuracy").path(method.optionName() + "/analytic"))
                .isEqualTo(metrics.path("last"));
        assertThat(task.has("held_out")).isEqualTo(method.joins());
        assertThat(run(method).folder().resolve(RunFolder.TABLE)).exists();
    }

    /** What the record says gives the deltas and the head again that the last row of R was measured with. */
    @ParameterizedTest
    @EnumSource(LearningMethod.class)
    void theMergeFolderCanBeMadeAgainFromTheAdapters(LearningMethod method) throws IOException {
        Path run = run(method).folder();
        Path merged = run.resolve("merged");
        assertThat(Files.isDirectory(merged)).isEqualTo(method.givesOneModel());
        if (!method.givesOneModel()) {
            return;
        }
        ObjectNode record = JsonFiles.read(merged.resolve(MergeFolder.RECORD), "merge");
        List<AdapterFolder> adapters = new ArrayList<>();
        List<Importance> weights = new ArrayList<>();
        record.path("inputs")
                .forEach(input -> adapters.add(
                        AdapterFolder.read(Path.of(input.path("path").asText()))));
        if (record.path("request").path("weights").asText().equals("given")) {
            record.path("steps")
                    .forEach(step ->
                            weights.add(Importance.of(step.path("weight").asDouble())));
        }
        Path again = Files.createDirectory(temp.resolve("again"));
        MergeFolder.write(
                again,
                AdapterMerge.of(
                        adapters, weights, MergeFolder.settings(merged), Optional.empty(), MergeProgress.SILENT));
        ObjectNode recordAgain = JsonFiles.read(again.resolve(MergeFolder.RECORD), "merge");
        assertThat(recordAgain.path("mode")).isEqualTo(record.path("mode"));
        assertThat(again.resolve("merged.safetensors")).hasSameBinaryContentAs(merged.resolve("merged.safetensors"));
        assertThat(again.resolve("head.safetensors")).hasSameBinaryContentAs(merged.resolve("head.safetensors"));
        AdapterMerge replayed = ContinuedMerge.of(StoredMerge.open(merged), List.of(), List.of(), List.of())
                .merge(MergeProgress.SILENT);
        assertThat(replayed.mode().optionName()).isEqualTo(record.path("mode").asText());
        assertThat(replayed.merge().merged()).isEqualTo(Merged.read(merged).deltas());
        RunInputs inputs = RunInputs.open(TinyRun.config(shared, method));
        assertThat(Merged.read(merged).head().orElseThrow().classes())
                .isEqualTo(inputs.classNamesSeen(inputs.stream().tasks() - 1));
    }

    @Test
    void ranpacTrainsTheFirstTaskAndNoOther() throws IOException {
        Path run = run(LearningMethod.RANPAC).folder();
        for (int task = 1; task < TinyRun.TASKS; task++) {
            assertThat(RunFolder.adapter(run, task).resolve("adapter_model.safetensors"))
                    .hasSameBinaryContentAs(RunFolder.adapter(run, 0).resolve("adapter_model.safetensors"));
        }
        assertThat(RunFolder.adapter(run, 0).resolve("adapter_model.safetensors"))
                .hasSameBinaryContentAs(
                        RunFolder.adapter(run(LearningMethod.SEQUENTIAL).folder(), 0)
                                .resolve("adapter_model.safetensors"));
    }

    /** A result always says which it was: trained one beside or after the other, or each alone. */
    @ParameterizedTest
    @EnumSource(LearningMethod.class)
    void everyRecordSaysHowTheAdaptersWereTrained(LearningMethod method) {
        boolean alone = Set.of(
                        LearningMethod.LINEAR,
                        LearningMethod.TASK_ARITHMETIC,
                        LearningMethod.TIES,
                        LearningMethod.DARE,
                        LearningMethod.MAGMAX,
                        LearningMethod.MODEL_STOCK,
                        LearningMethod.TSV,
                        LearningMethod.ISO_C,
                        LearningMethod.ISO_CTS,
                        LearningMethod.OPCM,
                        LearningMethod.REGMEAN,
                        LearningMethod.ORACLE)
                .contains(method);
        String mode = alone ? "independent" : "sequential";
        FinishedRun run = run(method);
        assertThat(TinyRun.metrics(run).path("mode").asText()).isEqualTo(mode);
        for (int task = 0; task < TinyRun.metrics(run).path("tasks").size(); task++) {
            Path adapter = RunFolder.adapter(run.folder(), task);
            assertThat(AdapterFolder.read(adapter).record().mode().optionName()).isEqualTo(mode);
        }
        if (method.givesOneModel()) {
            ObjectNode record = JsonFiles.read(run.folder().resolve("merged/merge.json"), "merge");
            assertThat(record.path("mode").asText()).isEqualTo(mode);
            assertThat(record.path("warnings").toString()).doesNotContain("independently");
        }
    }

    /** Adapters are shared among the methods that say the same of it. */
    @ParameterizedTest
    @EnumSource(LearningMethod.class)
    void aScalarIsTrainedWhereTheMethodSaysSo(LearningMethod method) {
        FinishedRun run = run(method);
        for (int task = 0; task < TinyRun.metrics(run).path("tasks").size(); task++) {
            double alpha = AdapterFolder.read(RunFolder.adapter(run.folder(), task))
                    .record()
                    .alpha()
                    .mean();
            assertThat(alpha != 1).isEqualTo(method.trainsAlpha());
        }
    }

    /** What one model answered is kept; of the models of an oracle none answers for all tasks. */
    @ParameterizedTest
    @EnumSource(LearningMethod.class)
    void answersAreThoseOfOneModel(LearningMethod method) {
        Path file = run(method).folder().resolve(Predictions.FILE);
        assertThat(Files.exists(file)
                        && Predictions.read(file).answers().keySet().stream()
                                .anyMatch(name -> name.startsWith(method.optionName() + "/")))
                .isEqualTo(method.givesOneModel());
    }

    @ParameterizedTest
    @EnumSource(LearningMethod.class)
    void aRunThatWasStoppedEndsAsOneThatWasNot(LearningMethod method) {
        FinishedRun whole = run(method);
        RunConfig config = TinyRun.config(shared, method);
        int stop = method == LearningMethod.JOINT ? 0 : 2;
        Path out = temp.resolve("run");
        assertThatThrownBy(() -> FinishedRun.of(config, out, Map.of(), List.of(), new TinyRun.Recorder(stop)))
                .hasMessageContaining("stopped");
        FinishedRun resumed = TinyRun.run(config, out);
        assertThat(TinyRun.metrics(resumed).path("variants"))
                .isEqualTo(TinyRun.metrics(whole).path("variants"));
        int last = TinyRun.metrics(whole).path("tasks").size() - 1;
        for (String file : List.of("adapter_model.safetensors", "head.safetensors")) {
            String path = "adapters/" + RunFolder.numbered(last) + "/" + file;
            assertThat(out.resolve(path)).hasSameBinaryContentAs(whole.folder().resolve(path));
        }
        if (method.givesOneModel()) {
            assertThat(out.resolve("merged/merged.safetensors"))
                    .hasSameBinaryContentAs(whole.folder().resolve("merged/merged.safetensors"));
        }
    }

    /** PEFT's files keep lora_alpha; the scaling that comes of it is rounded, which must not stop an adapter that goes on. */
    @Test
    void aScalingThatIsNoDecimalSurvivesAStop() {
        RunConfig config = TinyRun.config(shared, LearningMethod.SEQUENTIAL).toBuilder()
                .optLora(new LoraSettings(
                        List.of(Target.QUERY), List.of(), 3, 0.7, true, Initialisation.SHARED, ScalarScope.SHARED))
                .build();
        Path out = temp.resolve("run");
        assertThatThrownBy(() -> FinishedRun.of(config, out, Map.of(), List.of(), new TinyRun.Recorder(2)))
                .hasMessageContaining("stopped");
        assertThat(TinyRun.deltas(TinyRun.run(config, out))).isEqualTo(TinyRun.deltas(run("whole", config)));
    }

    @Test
    void theFrozenBackboneChangesNothing() {
        FinishedRun frozen = run(LearningMethod.FROZEN);
        TinyRun.deltas(frozen).values().forEach(delta -> assertThat(delta.data())
                .containsOnly(0));
        JsonNode beside = TinyRun.metrics(run(LearningMethod.HAM)).path("variants");
        for (String variant : List.of("frozen/analytic", "frozen/prototype")) {
            assertThat(TinyRun.metrics(frozen).path("variants").path(variant)).isEqualTo(beside.path(variant));
        }
    }

    @Test
    void sequentialTrainsOneAdapterOnAndOn() {
        FinishedRun run = run(LearningMethod.SEQUENTIAL);
        AdapterFolder last = AdapterFolder.read(run.folder().resolve("adapters/002"));
        assertThat(last.head().orElseThrow().classes()).hasSize(2 * TinyRun.TASKS);
        assertThat(last.record().classes()).hasSize(2 * TinyRun.TASKS);
        assertThat(last.record().alpha()).isEqualTo(Importance.ONE);
        ObjectNode record = JsonFiles.read(run.folder().resolve("merged/merge.json"), "merge");
        assertThat(record.path("inputs")).hasSize(1);
        AdapterFolder first = AdapterFolder.read(run.folder().resolve("adapters/000"));
        String weight = first.adapter().layers().firstKey();
        assertThat(distance(
                        first.adapter().factors(weight).a(),
                        last.adapter().factors(weight).a()))
                .isBetween(1e-4, 0.1);
    }

    /** Largest difference of entries. */
    private static double distance(Matrix first, Matrix second) {
        double largest = 0;
        for (int i = 0; i < first.data().length; i++) {
            largest = Math.max(largest, Math.abs(first.data()[i] - second.data()[i]));
        }
        return largest;
    }

    @Test
    void sdLoraGoesOnTrainingTheScalarsOfEarlierPairs() {
        FinishedRun run = run(LearningMethod.SD_LORA);
        AdapterFolder last = AdapterFolder.read(run.folder().resolve("adapters/002"));
        assertThat(last.record().mode()).isEqualTo(MergeMode.SEQUENTIAL);
        assertThat(last.record().groupAlphas()).hasSize(2).doesNotContain(Importance.ONE);
        ObjectNode record = JsonFiles.read(run.folder().resolve("merged/merge.json"), "merge");
        assertThat(record.path("method").asText()).isEqualTo("cat");
        assertThat(record.path("steps").path(0).path("weight").asDouble())
                .isEqualTo(last.record().groupAlphas().get(0).mean());
        for (JsonNode task : TinyRun.metrics(run).path("tasks")) {
            JsonNode heldOut = task.path("held_out");
            assertThat(heldOut.path("after")).as("nothing is pruned").isEqualTo(heldOut.path("before"));
        }
    }

    /** To be told the task cannot hurt: fewer classes compete. */
    @Test
    void theOracleKnowsNoLessThanAnybody() {
        ObjectNode oracle = TinyRun.metrics(run(LearningMethod.ORACLE));
        for (HeadKind head : HeadKind.values()) {
            JsonNode rows = oracle.path("variants")
                    .path(Variants.name(LearningMethod.ORACLE, head))
                    .path("R");
            assertThat(rows.path(2).path(0)).isEqualTo(rows.path(0).path(0));
            assertThat(rows.path(2).path(1)).isEqualTo(rows.path(1).path(1));
        }
        JsonNode alone = TinyRun.metrics(run("one", oneTask(LearningSettings.of(LearningMethod.LINEAR))));
        assertThat(oracle.path("variants").path("oracle/linear").path("last").asDouble())
                .isGreaterThanOrEqualTo(alone.path("variants")
                        .path("linear/linear")
                        .path("last")
                        .asDouble());
        // After the first task there is one adapter, and no class but its own.
        assertThat(oracle.path("variants").path("oracle/linear").path("R").path(0))
                .isEqualTo(TinyRun.metrics(run(LearningMethod.LINEAR))
                        .path("variants")
                        .path("linear/linear")
                        .path("R")
                        .path(0));
    }

    @Test
    void methodsShareTheAdaptersOfOneRun() {
        Path adapters = run(LearningMethod.ORACLE).folder();
        for (LearningMethod method : List.of(LearningMethod.LINEAR, LearningMethod.TIES, LearningMethod.DARE)) {
            FinishedRun reused = run(
                    method.optionName(),
                    TinyRun.config(shared, method).toBuilder()
                            .optAdapters(adapters)
                            .build());
            assertThat(TinyRun.deltas(reused)).isEqualTo(TinyRun.deltas(run(method)));
            assertThat(TinyRun.metrics(reused).path("variants"))
                    .isEqualTo(TinyRun.metrics(run(method)).path("variants"));
            assertThat(TinyRun.metrics(reused).path("tasks").path(0).has("loss"))
                    .isFalse();
        }
        FinishedRun oracle = run(
                "oracle",
                TinyRun.config(shared, LearningMethod.ORACLE).toBuilder()
                        .optAdapters(run(LearningMethod.LINEAR).folder())
                        .build());
        assertThat(TinyRun.metrics(oracle).path("variants"))
                .isEqualTo(TinyRun.metrics(run(LearningMethod.ORACLE)).path("variants"));
    }

    @Test
    void otherAdaptersAreRefused() {
        Path linear = run(LearningMethod.LINEAR).folder();
        RunConfig ties = TinyRun.config(shared, LearningMethod.TIES).toBuilder()
                .optAdapters(linear)
                .build();
        assertRefused(ties.toBuilder().optSeed(4).build(), "seed", "expected 4", "found 3");
        assertRefused(ties.toBuilder().optTasks(2).build(), "tasks");
        assertRefused(
                ties.toBuilder()
                        .optAdapters(run(LearningMethod.SEQUENTIAL).folder())
                        .build(),
                "trained alone",
                "sequential");
        assertThatThrownBy(() -> TinyRun.config(shared, LearningMethod.SD_LORA).toBuilder()
                        .optAdapters(linear)
                        .build())
                .isInstanceOf(InputException.class)
                .hasMessageContaining("adapters");
    }

    private void assertRefused(RunConfig config, String... parts) {
        assertThatThrownBy(() -> run("refused", config))
                .isInstanceOf(InputException.class)
                .hasMessageContainingAll(parts);
    }

    @Test
    void theLearningRateDecaysFromTaskToTask() {
        LearningSettings decaying = LearningSettings.DEFAULT.withRateDecay(0.5);
        RunConfig config = TinyRun.config(shared, LearningMethod.HAM);
        assertThat(decaying.recipe(config.recipe(), 2).adapterRate())
                .isCloseTo(0.25 * config.recipe().adapterRate(), within(1e-12));
        assertThat(decaying.recipe(config.recipe(), 2).headRate())
                .isEqualTo(config.recipe().headRate());
        assertThatThrownBy(() -> LearningSettings.DEFAULT.withRateDecay(0)).hasMessageContaining("lr-decay");
    }

    @Test
    void aFailureToWriteKeepsTheFinishedTasks() throws IOException {
        RunConfig config = TinyRun.config(shared, LearningMethod.LINEAR);
        Path out = temp.resolve("run");
        Path blocked = temp.resolve("run.partial/adapters/001");
        TinyRun.Recorder blocking = new TinyRun.Recorder(-1) {
            @Override
            public void finished(TaskSummary summary) {
                try {
                    Files.writeString(blocked, "in the way");
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
        };
        assertThatThrownBy(() -> FinishedRun.of(config, out, Map.of(), List.of(), blocking))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("001");
        Files.delete(blocked);
        assertThat(TinyRun.deltas(TinyRun.run(config, out))).isEqualTo(TinyRun.deltas(run(LearningMethod.LINEAR)));
    }
}
