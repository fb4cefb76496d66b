package ham.train.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import ham.merge.folder.AdapterFolder;
import ham.merge.folder.Merged;
import ham.merge.head.AnalyticHead;
import ham.merge.head.HeadFile;
import ham.merge.head.HeadKind;
import ham.merge.head.NamedHead;
import ham.merge.io.JsonFiles;
import ham.train.config.RunConfig;
import ham.train.engine.TorchEngine;
import ham.train.lora.StepProgress;
import ham.train.stream.Split;
import ham.train.vit.VitForward;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StreamTrainerTest {
    @TempDir
    private static Path shared;

    @TempDir
    private Path temp;

    @BeforeAll
    static void prepare() {
        TinyRun.prepare(shared);
    }

    private static Path run(RunInputs inputs, Path out) {
        try (RunFolder folder = RunFolder.open(out, false, false)) {
            new StreamTrainer(inputs, new TinyRun.Recorder(-1)).run(folder);
            return folder.finish();
        }
    }

    @Test
    void aRunThatWasStoppedGoesOnWithWhatItKnew() {
        RunInputs inputs = TinyRun.inputs(shared);
        Path out = temp.resolve("run");
        TinyRun.Recorder stopped = new TinyRun.Recorder(2);
        assertThatThrownBy(() -> {
                    try (RunFolder folder = RunFolder.open(out, false, false)) {
                        new StreamTrainer(inputs, stopped).run(folder);
                    }
                })
                .hasMessage("stopped before task 2");

        try (RunFolder folder = RunFolder.open(out, true, false)) {
            assertStateOf(stopped.summaries.get(1), inputs, folder);
            JsonNode before = JsonFiles.read(folder.checkpoint(1).resolve(RunFolder.METRICS), "metrics")
                    .path("variants");
            TinyRun.Recorder resumed = new TinyRun.Recorder(-1);
            new StreamTrainer(inputs, resumed).run(folder);
            assertThat(resumed.resumedAfter).isEqualTo(2);
            assertThat(resumed.summaries).extracting(TaskSummary::task).containsExactly(2);
            JsonNode after =
                    JsonFiles.read(folder.path(RunFolder.METRICS), "metrics").path("variants");
            assertThat(after.properties()).hasSize(5);
            for (Map.Entry<String, JsonNode> variant : after.properties()) {
                JsonNode rows = variant.getValue().path("R");
                assertThat(rows).hasSize(3);
                assertThat(rows.path(0))
                        .isEqualTo(before.path(variant.getKey()).path("R").path(0));
                assertThat(rows.path(1))
                        .isEqualTo(before.path(variant.getKey()).path("R").path(1));
            }
        }
    }

    /** At random moments, in the middle of tasks too. */
    @Test
    void aRunThatIsStoppedAgainAndAgainEndsTheSame() {
        RunConfig config = TinyRun.config(shared, HeadKind.LINEAR, 3);
        RunInputs inputs = RunInputs.open(config);
        TinyRun.Recorder whole = new TinyRun.Recorder(-1);
        Path expected = FinishedRun.of(config, temp.resolve("whole"), Map.of(), List.of(), whole)
                .folder();
        Random random = new Random(11);
        Path out = temp.resolve("run");
        int steps = 0;
        boolean finished = false;
        while (!finished) {
            TinyRun.Recorder stopping = new TinyRun.Recorder(-1, 4 + random.nextInt(8));
            try (RunFolder folder = RunFolder.open(out, true, false)) {
                new StreamTrainer(inputs, stopping, Duration.ZERO).run(folder);
                folder.finish();
                finished = true;
            } catch (IllegalStateException e) {
                assertThat(e).hasMessageContaining("stopped after step");
            }
            steps += stopping.steps;
        }
        assertThat(steps).as("no finished step is done again").isLessThan(whole.steps + whole.steps / 2);
        for (String file : List.of(
                "adapters/002/adapter_model.safetensors",
                "adapters/002/head.safetensors",
                "adapters/002/ham.json",
                "merged/merged.safetensors",
                "metrics.csv")) {
            assertThat(out.resolve(file)).hasSameBinaryContentAs(expected.resolve(file));
        }
        assertThat(out).isDirectoryNotContaining("glob:**/training-*");
    }

    /** Training is slowed down by 20 ms a step, and broken off in the middle of a task. */
    @Test
    void theSecondsOfATaskCountWhatWasTrainedBeforeAStop() {
        RunInputs inputs = RunInputs.open(TinyRun.config(shared, HeadKind.LINEAR, 3));
        Path out = temp.resolve("run");
        TinyRun.Recorder slow = new TinyRun.Recorder(-1, 6) {
            @Override
            public void step(int task, int tasks, StepProgress step) {
                try {
                    Thread.sleep(20);
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
                super.step(task, tasks, step);
            }
        };
        assertThatThrownBy(() -> {
                    try (RunFolder folder = RunFolder.open(out, true, false)) {
                        new StreamTrainer(inputs, slow, Duration.ZERO).run(folder);
                    }
                })
                .hasMessageContaining("stopped after step");
        TinyRun.Recorder resumed = new TinyRun.Recorder(-1);
        try (RunFolder folder = RunFolder.open(out, true, false)) {
            new StreamTrainer(inputs, resumed, Duration.ZERO).run(folder);
        }
        assertThat(resumed.summaries.get(0).seconds().get("training")).isGreaterThan(6 * 0.02);
    }

    /** What is restored is what the uninterrupted run had in memory when it finished its second task. */
    private static void assertStateOf(TaskSummary summary, RunInputs inputs, RunFolder folder) {
        try (TorchEngine engine = TorchEngine.open("cpu", 1);
                VitForward vit = new VitForward(engine, inputs.base());
                RunMemory state = RunMemory.restoreOrBegin(inputs, vit, folder)) {
            assertThat(folder.finishedTasks()).isEqualTo(2);
            assertThat(state.metrics().variants().latest()).isEqualTo(summary.accuracy());
            assertThat(state.learner().lastStep()).isEqualTo(summary.step());
            NamedHead saved = HeadFile.read(folder.adapter(1).resolve(AdapterFolder.HEAD));
            AnalyticHead restored = (AnalyticHead) state.heads().get(HeadKind.ANALYTIC);
            assertThat(restored.weight().data())
                    .usingComparatorWithPrecision(1e-6f)
                    .containsExactly(((AnalyticHead) saved.head()).weight().data());
            assertThat(state.heads().get(HeadKind.LINEAR).classes()).isEqualTo(4);
        }
    }

    @Test
    void theMergeIsThatOfTheAdaptersWithTheChosenHead() {
        for (HeadKind kind : HeadKind.values()) {
            RunInputs inputs = RunInputs.open(TinyRun.config(shared, kind, 1));
            Path run = run(inputs, temp.resolve(kind.optionName()));
            Merged merged = Merged.read(run.resolve("merged"));
            assertThat(merged.head().orElseThrow().classes()).isEqualTo(inputs.classNamesSeen(TinyRun.TASKS - 1));
            assertThat(merged.head().orElseThrow().head().kind()).isEqualTo(kind);
            NamedHead beside = HeadFile.read(run.resolve("heads/" + kind.optionName() + ".safetensors"));
            assertThat(merged.head().orElseThrow().head().logits(new float[16]))
                    .usingComparatorWithPrecision(1e-6f)
                    .containsExactly(beside.head().logits(new float[16]));
            JsonNode record = JsonFiles.read(run.resolve("merged/merge.json"), "merge");
            assertThat(record.path("mode").asText()).isEqualTo("sequential");
            for (JsonNode input : record.path("inputs")) {
                assertThat(Files.isDirectory(Path.of(input.path("path").asText())))
                        .isTrue();
            }
        }
    }

    @Test
    void adaptersLearnFromAllButTheHeldOutImages() {
        RunInputs inputs = TinyRun.inputs(shared);
        Split split = inputs.split(0);
        assertThat(split.training()).hasSize(18).doesNotContain(split.heldOut());
        assertThat(split.heldOut()).hasSize(2);
    }
}
