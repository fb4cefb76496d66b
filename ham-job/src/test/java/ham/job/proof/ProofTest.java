package ham.job.proof;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import ham.job.work.WorkListener;
import ham.runtime.backend.Backend;
import ham.runtime.backend.Backends;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The whole proof with a tiny model; what a GPU is needed for is skipped where there is none, with the cause. */
class ProofTest {
    private static final Path TESTDATA = Path.of(System.getProperty("ham.testdata", "../testdata"));

    @TempDir
    private Path folder;

    @Test
    void provesTheCpuAndSaysWhatTheGpuLacks() throws IOException {
        List<String> told = new ArrayList<>();
        Path out = folder.resolve("proof");
        ProofRecord record = Proof.builder()
                .setBase(TESTDATA.resolve("hf-vit-tiny"))
                .setData(TESTDATA.resolve("fashion-mnist"))
                .setOut(out)
                .optThreads(1)
                .optListener(new WorkListener() {
                    @Override
                    public void stage(String sentence) {
                        told.add(sentence);
                    }
                })
                .build()
                .run();
        Map<String, ProofStep> steps = record.steps().stream().collect(Collectors.toMap(ProofStep::name, each -> each));
        assertThat(record.steps())
                .filteredOn(each -> each.state() == ProofState.FAILED)
                .isEmpty();
        for (String name : List.of(
                "train, merge and export, fp32 on cpu",
                "train, merge and export, bf16 on cpu",
                "trace training on cpu",
                "run on onnxruntime-cpu",
                "latency and memory of all backends that work")) {
            assertThat(steps.get(name).state()).as(name).isEqualTo(ProofState.PASSED);
        }
        assertThat(steps.get("train, merge and export, bf16 on cpu").figures().get("loss_difference_mean"))
                .isBetween(1e-9, TrainingTrials.NEAR);
        assertThat(steps.get("latency and memory of all backends that work").figures())
                .containsKeys("onnxruntime-cpu p50_ms", "onnxruntime-cpu resident_growth_mb");
        if (TrainingTrials.gpuLacks().isPresent()) {
            ProofStep skipped = steps.get("train, merge and export, fp32 on gpu:0");
            assertThat(skipped.state()).isEqualTo(ProofState.SKIPPED);
            assertThat(skipped.detail()).isEqualTo(TrainingTrials.gpuLacks().get());
        }
        if (!Backends.status(Backend.TENSORRT).works()) {
            assertThat(steps.get("refit the engine with another merge").detail())
                    .isEqualTo(Backends.status(Backend.TENSORRT).detail());
        }
        JsonNode json = new ObjectMapper().readTree(out.resolve(Proof.RECORD).toFile());
        assertThat(json.path("passed").asLong()).isEqualTo(record.count(ProofState.PASSED));
        assertThat(json.path("steps").size()).isEqualTo(record.steps().size());
        assertThat(Files.readString(out.resolve(Proof.PAGE)))
                .contains("train, merge and export, fp32 on gpu:0", "nvidia-driver");
        assertThat(told).contains("trace training on cpu");
    }

    @Test
    void noFailureStopsIt() {
        Trials trials = new Trials(WorkListener.SILENT);
        trials.step("breaks", Optional.empty(), () -> {
            throw new UnsatisfiedLinkError("no such library");
        });
        trials.step("runs", Optional.empty(), () -> new Trials.Outcome(true, "fine", Map.of()));
        assertThat(trials.steps()).extracting(ProofStep::state).containsExactly(ProofState.FAILED, ProofState.PASSED);
        assertThat(trials.steps().get(0).detail()).contains("no such library");
    }
}
