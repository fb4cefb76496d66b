package ham.job.tune;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.json.JsonMapper;
import ham.export.ExportRequest;
import ham.export.OnnxSummary;
import ham.export.VitExporter;
import ham.job.tune.TuneReport.Entry;
import ham.merge.InputException;
import ham.merge.checkpoint.Checkpoint;
import ham.merge.folder.Merged;
import ham.runtime.backend.OnnxRuntime;
import ham.runtime.model.OnnxModel;
import ham.runtime.model.SessionSettings;
import ham.runtime.tensor.Tensor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TuningTest {
    @TempDir
    private Path temp;

    private static Path testdata(String name) {
        return Path.of(System.getProperty("ham.testdata", "../testdata")).resolve(name);
    }

    private TuneRequest request(String model, boolean int8, double bound) {
        return request(testdata(model), int8, 0, bound);
    }

    private TuneRequest request(Path model, boolean int8, int mergeTokens, double bound) {
        return new TuneRequest(
                model,
                temp.resolve("tuned.onnx"),
                false,
                2,
                List.of(8),
                1,
                0.2,
                int8,
                mergeTokens,
                Optional.empty(),
                bound,
                Map.of());
    }

    @Test
    void theFastestFormIsWrittenWithWhatWasMeasured() throws Exception {
        String model = "onnx-exports/hf-sdpa/ts17.onnx";
        TuneReport report = Tuning.run(request(model, true, 1));
        assertThat(report.candidates())
                .extracting(Entry::name)
                .containsExactly("as-is", "ort", "optimized", "int8", "int8-ort");
        assertThat(report.runtime()).isEqualTo("ONNX Runtime " + OnnxRuntime.version());
        assertThat(report.candidates().get(0).times()).isEqualTo(1);
        for (Entry each : report.candidates()) {
            assertThat(each.p50Ms() == null)
                    .as(each.toString())
                    .isEqualTo(!each.leftOut().isEmpty());
        }
        Entry best = report.candidates().stream()
                .filter(each -> each.name().equals(report.best()))
                .findFirst()
                .orElseThrow();
        assertThat(report.candidates())
                .filteredOn(each -> each.times() != null && each.times() < 0.99)
                .allSatisfy(each -> assertThat(best.times()).isLessThanOrEqualTo(each.times()));
        try (OnnxModel tuned = OnnxModel.open(temp.resolve("tuned.onnx"), new SessionSettings(1));
                OnnxModel plain = OnnxModel.open(testdata(model), new SessionSettings(1))) {
            assertThat(JsonMapper.builder()
                            .build()
                            .readValue(tuned.metadata().get(Tuning.METADATA_KEY), TuneReport.class))
                    .isEqualTo(report);
            assertThat(tuned.inputs()).isEqualTo(plain.inputs());
            if (!report.best().startsWith("int8")) {
                Map<String, Tensor> inputs = TuneInputs.random(plain.inputs(), 1, 1, 3);
                float[] expected = plain.run(inputs).values().iterator().next().floats();
                float[] found = tuned.run(inputs).values().iterator().next().floats();
                for (int i = 0; i < expected.length; i++) {
                    assertThat(found[i]).isCloseTo(expected[i], org.assertj.core.api.Assertions.within(1e-3f));
                }
            }
        }
    }

    @Test
    void aModelWithoutAnythingToRewriteStaysAsItIs() throws Exception {
        TuneReport report = Tuning.run(request("serve/scaled1.onnx", false, 0));
        assertThat(report.candidates().get(1).leftOut()).isEqualTo("is the model as it is");
        assertThat(temp.resolve("tuned.onnx")).exists();
        assertThatThrownBy(() -> Tuning.run(request("serve/scaled1.onnx", false, 0)))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("exists already");
    }

    @Test
    void mergedTokensAreACandidateWhereTheyAreAskedFor() {
        Path model = temp.resolve("vit.onnx");
        VitExporter.export(ExportRequest.builder()
                .setBase(Checkpoint.open(testdata("backbone")))
                .setMerged(Merged.none())
                .setVersion("test")
                .setOutput(model)
                .setSettings(new SessionSettings(1))
                .optVerify(false)
                .build());
        TuneReport report = Tuning.run(request(model, true, 10, 1));
        assertThat(report.candidates())
                .extracting(Entry::name)
                .containsExactly(
                        "as-is",
                        "ort",
                        "optimized",
                        "int8",
                        "int8-ort",
                        "tokens",
                        "tokens-ort",
                        "int8-tokens",
                        "int8-tokens-ort");
        assertThat(report.candidates()).extracting(Entry::leftOut).containsOnly("");
        OnnxSummary tuned = OnnxSummary.of(temp.resolve("tuned.onnx"));
        assertThat(tuned.metadata().containsKey("ham.token_merging"))
                .isEqualTo(report.best().contains("tokens"));
        assertThatThrownBy(() -> request(model, false, -1, 1)).hasMessageContaining("merge-tokens");
    }

    @Test
    void mergedTokensOfAGraphOfOthersAreLeftOut() {
        TuneReport report = Tuning.run(request(testdata("onnx-exports/hf-sdpa/ts17.onnx"), false, 2, 1));
        assertThat(report.candidates())
                .filteredOn(each -> each.name().startsWith("tokens"))
                .hasSize(2)
                .allSatisfy(each -> assertThat(each.leftOut())
                        .startsWith("cannot be made: merge-tokens: expected a graph that ham built"));
        assertThat(report.best()).doesNotContain("tokens");
    }

    @Test
    void whatCannotBeTunedIsRefused() {
        assertThatThrownBy(() -> Tuning.run(request("onnx-exports/timm-sdpa/ts17_external.onnx", false, 0)))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("expected a model in one file");
        assertThat(Files.exists(temp.resolve("tuned.onnx"))).isFalse();
        assertThatThrownBy(() -> request("serve/scaled1.onnx", false, 2)).hasMessageContaining("bound");
    }
}
