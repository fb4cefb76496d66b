package ham.job.tune;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.json.JsonMapper;
import ham.export.ExportRequest;
import ham.export.OnnxSummary;
import ham.export.VitExporter;
import ham.export.precision.Flavor;
import ham.export.precision.NumberFormat;
import ham.export.precision.Precision;
import ham.job.tune.TuneReport.Entry;
import ham.merge.InputException;
import ham.merge.checkpoint.Checkpoint;
import ham.merge.folder.Merged;
import ham.merge.safetensors.SafetensorsWriter;
import ham.runtime.backend.OnnxRuntime;
import ham.runtime.backend.Provider;
import ham.runtime.model.OnnxModel;
import ham.runtime.model.SessionSettings;
import ham.runtime.tensor.Tensor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
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
        return request(model, OptionalInt.of(2), Optional.empty(), int8, mergeTokens, Optional.empty(), bound);
    }

    private TuneRequest request(
            Path model,
            OptionalInt batch,
            Optional<List<Integer>> lengths,
            boolean int8,
            int mergeTokens,
            Optional<Path> images,
            double bound) {
        return new TuneRequest(
                model,
                temp.resolve("tuned.onnx"),
                false,
                batch,
                lengths,
                1,
                0.2,
                int8,
                mergeTokens,
                images,
                bound,
                Map.of());
    }

    private TuneRequest with(String model, OptionalInt batch, Optional<List<Integer>> lengths) {
        return request(testdata(model), batch, lengths, false, 0, Optional.empty(), 1);
    }

    private TuneRequest on(String model, Path images) {
        return request(testdata(model), OptionalInt.empty(), Optional.empty(), false, 0, Optional.of(images), 0.5);
    }

    private Path export(NumberFormat format) {
        Path model = temp.resolve("vit.onnx");
        VitExporter.export(ExportRequest.builder()
                .setBase(Checkpoint.open(testdata("backbone")))
                .setMerged(Merged.none())
                .setVersion("test")
                .setOutput(model)
                .setSettings(new SessionSettings(1))
                .optFormat(format)
                .optVerify(false)
                .build());
        return model;
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
        assertThat(best.times()).matches(times -> best.name().equals("as-is") || times < 0.99);
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
        Path model = export(NumberFormat.PLAIN);
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
    void inputsThatTheModelDoesNotTakeAreRefusedBeforeAnyFormIsMade() throws Exception {
        String model = "onnx-exports/hf-sdpa/ts17.onnx";
        Path images = temp.resolve("images.safetensors");
        assertThatThrownBy(() -> Tuning.run(on(model, images)))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("images.safetensors");
        new SafetensorsWriter()
                .add("pixel_values", List.of(2L, 3L, 8L, 8L), new float[384])
                .write(images);
        assertThatThrownBy(() -> Tuning.run(on(model, images)))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("tensor 'pixel_values': expected [images, 3, 32, 32], found [2, 3, 8, 8]");
        assertThatThrownBy(() -> Tuning.run(on("text/bert.onnx", images)))
                .isInstanceOf(InputException.class)
                .hasMessageStartingWith("inputs: expected none for a model without one float32 input")
                .hasMessageContaining("input_ids int64");
        assertThat(temp.resolve("tuned.onnx")).doesNotExist();
    }

    @Test
    void formsAreComparedOnTheInputsThatAreGiven() {
        Path images = testdata("hf-vit-tiny/inputs.safetensors");
        TuneReport report = Tuning.run(on("onnx-exports/hf-sdpa/ts17.onnx", images));
        assertThat(report.candidates()).extracting(Entry::leftOut).containsOnly("");
        assertThat(report.batch()).isEqualTo(1);
    }

    @Test
    void aBatchOrLengthThatTheModelFixesIsNotMeasuredAsAnother() {
        assertThatThrownBy(() -> Tuning.run(with("onnx/colors_batch2.onnx", OptionalInt.of(3), Optional.empty())))
                .isInstanceOf(InputException.class)
                .hasMessageStartingWith("batch: expected 2, which ")
                .hasMessageEndingWith(" fixes, found 3; leave it out");
        String images = "onnx-exports/hf-sdpa/ts17.onnx";
        assertThatThrownBy(() -> Tuning.run(with(images, OptionalInt.empty(), Optional.of(List.of(16, 128)))))
                .isInstanceOf(InputException.class)
                .hasMessageStartingWith("length: expected none for ")
                .hasMessageEndingWith(", which takes no tokens, found 16, 128; leave it out");
        assertThat(temp.resolve("tuned.onnx")).doesNotExist();
        TuneReport report = Tuning.run(with("onnx/colors_batch2.onnx", OptionalInt.empty(), Optional.empty()));
        assertThat(report.batch()).isEqualTo(2);
        assertThat(report.lengths()).isEmpty();
    }

    @Test
    void textsAreMeasuredAtTheLengthsThatAreAskedFor() {
        TuneReport report = Tuning.run(with("text/bert.onnx", OptionalInt.of(1), Optional.of(List.of(4, 8))));
        assertThat(report.lengths()).containsExactly(4, 8);
        assertThat(report.batch()).isEqualTo(1);
    }

    @Test
    void anOutputOfFloat16IsComparedToo() {
        TuneReport report = Tuning.run(request("onnx-exports/hf-sdpa/ts17_fp16.onnx", true, 0));
        assertThat(report.candidates())
                .filteredOn(each -> each.name().startsWith("int8"))
                .extracting(Entry::leftOut)
                .allMatch(each -> each.startsWith("cannot be made: precision: expected for int8"));
        assertThat(report.candidates())
                .filteredOn(each -> each.name().equals("optimized"))
                .allSatisfy(each -> assertThat(each.agreement()).isNotNull());
    }

    @Test
    void otherPrecisionsKeepTheirName() {
        Path model = export(NumberFormat.of(Precision.FP16, Flavor.STANDARD));
        TuneReport report = Tuning.run(request(model, false, 0, 1));
        OnnxSummary tuned = OnnxSummary.of(temp.resolve("tuned.onnx"));
        assertThat(tuned.metadata()).containsEntry("ham.precision", "fp16");
        assertThat(tuned.metadata())
                .containsEntry("ham.flavor", report.best().equals("as-is") ? "standard" : report.best());
    }

    @Test
    void otherProvidersThanTheCpuAreRefused() {
        Tuning.requireCpu(new SessionSettings(1));
        assertThatThrownBy(() -> Tuning.requireCpu(new SessionSettings(1).on(new Provider.Cuda(0))))
                .isInstanceOf(InputException.class)
                .hasMessageStartingWith("backend: expected onnxruntime-cpu")
                .hasMessageContaining("found onnxruntime-cuda");
    }

    @Test
    void aReportSaysWhyTheModelStays() {
        List<Entry> seems = List.of(new Entry("as-is", 1.0, 1.0, null, ""), new Entry("ort", 0.9, 0.9, 1.0, ""));
        assertThat(new TuneReport("as-is", "r", "m", 1, List.of(), 1, 4, seems).stays())
                .isEqualTo("what seems faster is not so for certain by 1 % after 4 rounds, so the model stays as it is;"
                        + " measure for more seconds");
        assertThat(new TuneReport("ort", "r", "m", 1, List.of(), 1, 40, seems).stays())
                .isEmpty();
        assertThat(new TuneReport("as-is", "r", "m", 1, List.of(), 1, 4, seems.subList(0, 1)).stays())
                .isEmpty();
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
