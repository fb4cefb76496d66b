package ham.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.json.JsonMapper;
import ham.export.check.ModelChecker;
import ham.export.parity.ParityInputs;
import ham.export.parity.ParityReport;
import ham.merge.InputException;
import ham.merge.adapter.LoraAdapter;
import ham.merge.adapter.LoraFactors;
import ham.merge.checkpoint.Checkpoint;
import ham.merge.combine.Branch;
import ham.merge.folder.AdapterFolder;
import ham.merge.folder.AdapterMerge;
import ham.merge.folder.MergeFolder;
import ham.merge.folder.Merged;
import ham.merge.head.NamedHead;
import ham.merge.head.PrototypeHead;
import ham.merge.join.HamParameters;
import ham.merge.tensor.Matrix;
import ham.runtime.classify.Classifier;
import ham.runtime.image.RgbImage;
import ham.testing.TestData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class VitExporterTest {

    private static final String QUERY = "vit.encoder.layer.1.attention.attention.query.weight";

    @TempDir
    private Path folder;

    @TempDir
    private Path mergeFolder;

    @Test
    void theBareBaseGivesTheLogitsOfTransformers() {
        ExportResult result = VitExporter.export(request(Merged.none()).toBuilder()
                .optInputs(SampleModel.tinyInputs())
                .build());
        assertClose(run(result), SampleModel.floats("hf-vit-tiny/logits.safetensors", "logits"), 1e-4);
        assertThat(result.parity().orElseThrow().maxAbs()).isZero();
        assertThat(result.parity().orElseThrow().top1()).isEqualTo(1);
        assertThat(result.matched()).isEmpty();
        assertThat(result.head()).isEqualTo("base");
        assertThat(result.bytes())
                .isEqualTo(folder.resolve("model.onnx").toFile().length());
    }

    @Test
    void theHalfPrecisionBackboneGivesTheLogitsOfTransformers() {
        Checkpoint base = Checkpoint.open(TestData.path("backbone"));
        ExportResult result = VitExporter.export(ExportRequest.builder()
                .setBase(base)
                .setMerged(Merged.none())
                .setVersion("test")
                .setOutput(folder.resolve("model.onnx"))
                .setSettings(SampleModel.SETTINGS)
                .build());
        float[] images = SampleModel.floats("backbone/sample_inputs.safetensors", "pixel_values");
        float[] logits = SampleModel.run(result.output(), images, 4, 3, 32, 32);
        assertClose(logits, SampleModel.floats("backbone/sample_logits.safetensors", "logits"), 1e-4);
        assertThat(result.labels()).hasSize(200).startsWith("goldfish");
    }

    @ParameterizedTest
    @ValueSource(strings = {"peft6.default.merged", "peft6.alphas.merged", "peft6.alphas.normalized"})
    void mergedDeltasGiveTheLogitsOfTheReference(String merge) {
        Merged merged = Merged.read(TestData.path("ham-reference/" + merge + ".safetensors"));
        ExportResult result = VitExporter.export(
                request(merged).toBuilder().optInputs(SampleModel.tinyInputs()).build());
        assertClose(run(result), SampleModel.floats("ham-reference/baked_logits.safetensors", "hf." + merge), 1e-4);
        assertThat(result.parity().orElseThrow().passed()).isTrue();
        assertThat(result.matched()).hasSize(8);
        assertThat(result.matched().get(0))
                .isEqualTo(new MatchedLayer(
                        "vit.encoder.layer.0.attention.attention.query",
                        "vit.encoder.layer.0.attention.attention.query.weight",
                        "[out, in]",
                        "the weight of that module"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"v4-names", "v5-names"})
    void adapterBranchesGiveTheLogitsOfPeft(String names) {
        for (int i = 0; i < 6; i++) {
            Merged merged = branchesOnly(AdapterFolder.read(TestData.path("peft-adapters/" + names + "/adapter" + i)));
            ExportResult result = VitExporter.export(request(merged).toBuilder()
                    .optInputs(SampleModel.tinyInputs())
                    .optForce(true)
                    .build());
            assertClose(run(result), SampleModel.floats("peft-adapters/logits.safetensors", "adapter" + i), 2e-4);
            assertThat(result.parity().orElseThrow().passed()).isTrue();
            assertThat(result.parity().orElseThrow().top1()).isEqualTo(1);
        }
    }

    @Test
    void aMergeFolderIsExportedWithItsProvenance() throws IOException {
        Merged merged = hamMerge();
        assertThat(merged.branches()).isNotEmpty();
        ExportResult result = VitExporter.export(
                request(merged).toBuilder().optInputs(SampleModel.tinyInputs()).build());
        assertClose(
                run(result),
                SampleModel.floats("ham-reference/baked_logits.safetensors", "hf.peft6.default.merged"),
                1e-4);
        assertThat(result.parity().orElseThrow().maxAbs()).isPositive();

        OnnxSummary summary = OnnxSummary.of(result.output());
        assertThat(summary.metadata())
                .containsEntry("ham.version", "1.2.3")
                .containsEntry("ham.base_sha256", SampleModel.tiny().sha256())
                .containsEntry("ham.head", "base")
                .containsEntry("ham.method", "ham")
                .containsKeys("ham.preprocessing", "ham.adapters", "ham.parameters", "ham.mode");
        JsonMapper json = JsonMapper.builder().build();
        assertThat(json.readValue(summary.metadata().get("ham.labels"), String[].class))
                .isEqualTo(result.labels().toArray())
                .startsWith("LABEL_0");
        assertThat(summary.metadata().keySet()).allMatch(key -> key.startsWith("ham."));
    }

    @Test
    void theFileIsAValidModelOfStandardOperatorsOnly() {
        ExportResult result = VitExporter.export(request(Merged.none()));
        assertThat(ModelChecker.violationsOfBuilt(OnnxFiles.read(result.output())))
                .isEmpty();
        OnnxSummary summary = OnnxSummary.of(result.output());
        assertThat(summary.irVersion()).isEqualTo(8);
        assertThat(summary.opsets()).containsExactly(Map.entry("ai.onnx", 17L));
        assertThat(summary.inputs())
                .containsExactly(new OnnxSummary.Tensor("pixel_values", "float", List.of("batch", "3", "32", "32")));
        assertThat(summary.outputs())
                .containsExactly(new OnnxSummary.Tensor("logits", "float", List.of("batch", "10")));
        assertThat(summary.operators())
                .containsEntry("Gemm", 4 * 6 + 1)
                .containsEntry("LayerNormalization", 9)
                .containsEntry("Softmax", 4)
                .containsEntry("Shape", 1);
    }

    @Test
    void theClassifierNeedsNoOtherFile() {
        ExportRequest request = request(Merged.none());
        ExportResult result = VitExporter.export(request);
        try (Classifier classifier = Classifier.open(result.output(), SampleModel.SETTINGS)) {
            assertThat(classifier.labels()).isEqualTo(result.labels());
            assertThat(classifier.preprocessing()).isEqualTo(request.preprocessing());
            RgbImage image = RgbImage.ofGray(20, 30, new byte[600]);
            float[] pixels = request.preprocessing().apply(image);
            assertThat(classifier.logits(List.of(image))[0])
                    .isEqualTo(SampleModel.run(result.output(), pixels, 1, 3, 32, 32));
        }
    }

    @Test
    void theSameInputsGiveTheSameBytes() throws IOException {
        Merged merged = hamMerge();
        byte[] first = Files.readAllBytes(VitExporter.export(request(merged)).output());
        byte[] second = Files.readAllBytes(
                VitExporter.export(request(merged).toBuilder().optForce(true).build())
                        .output());
        assertThat(second).isEqualTo(first);
    }

    @Test
    void eachImageOfABatchIsOnItsOwn() {
        ExportResult result = VitExporter.export(request(Merged.none()));
        ParityInputs inputs = ParityInputs.seeded(SampleModel.tiny().config(), 11, 5);
        float[] together = SampleModel.run(result.output(), inputs.pixelValues(), 11, 3, 32, 32);
        int size = 3 * 32 * 32;
        for (int i = 0; i < 11; i += 5) {
            float[] image = Arrays.copyOfRange(inputs.pixelValues(), i * size, (i + 1) * size);
            float[] alone = SampleModel.run(result.output(), image, 1, 3, 32, 32);
            assertClose(alone, Arrays.copyOfRange(together, i * 10, (i + 1) * 10), 1e-4);
        }
    }

    @Test
    void aHeadOfTheMergeReplacesTheClassifier() {
        Matrix prototypes = random(3, 64, 1);
        Merged merged =
                Merged.none().withHead(new NamedHead(new PrototypeHead(prototypes), List.of("cat", "dog", "owl")));
        ExportResult result = VitExporter.export(request(merged));
        assertThat(result.labels()).containsExactly("cat", "dog", "owl");
        assertThat(result.head()).isEqualTo("prototype");
        assertThat(result.parity().orElseThrow().classes()).isEqualTo(3);
        for (float logit :
                SampleModel.run(result.output(), SampleModel.tinyInputs().pixelValues(), 8, 3, 32, 32)) {
            assertThat(logit).isBetween(-1.0001f, 1.0001f);
        }
    }

    @Test
    void theEnginesLogitsAreAThirdForm() {
        float[] logits = SampleModel.floats("hf-vit-tiny/logits.safetensors", "logits");
        ExportRequest request = request(Merged.none()).toBuilder()
                .optInputs(SampleModel.tinyInputs())
                .build();
        ParityReport report = VitExporter.export(request.toBuilder()
                        .optEngine((pixels, images) -> logits)
                        .build())
                .parity()
                .orElseThrow();
        assertThat(report.differences()).containsOnlyKeys("engine", "factored");
        assertThat(report.differences().get("engine")).isPositive().isLessThan(1e-4);

        float[] others = logits.clone();
        others[7] += 1;
        assertThatThrownBy(() -> VitExporter.export(request.toBuilder()
                        .optForce(true)
                        .optEngine((pixels, images) -> others)
                        .build()))
                .isInstanceOf(InputException.class)
                .hasMessageContainingAll("model.onnx", "was not written", "engine 1.00e+00");
    }

    @Test
    void branchesThatContradictTheirDeltaLeaveNothing() throws IOException {
        Matrix zero = Matrix.zeros(64, 64);
        LoraFactors factors = new LoraFactors(random(2, 64, 1), random(64, 2, 2), 1);
        Merged wrong = merged(Map.of(QUERY, zero), Map.of(QUERY, List.of(new Branch(1, factors))));
        assertThatThrownBy(() -> VitExporter.export(request(wrong)))
                .isInstanceOf(InputException.class)
                .hasMessageContainingAll("was not written", "parity FAILED", "16 seeded images");
        assertThat(folder).isEmptyDirectory();

        assertThat(VitExporter.export(
                                request(wrong).toBuilder().optVerify(false).build())
                        .parity())
                .isEmpty();
        byte[] before = Files.readAllBytes(folder.resolve("model.onnx"));
        assertThatThrownBy(() -> VitExporter.export(
                        request(wrong).toBuilder().optForce(true).build()))
                .isInstanceOf(InputException.class);
        assertThat(folder.resolve("model.onnx")).hasBinaryContent(before);
        assertThat(folder.toFile().list()).hasSize(1);
    }

    @Test
    void anExistingFileIsReplacedOnlyWithForce() throws IOException {
        Files.writeString(folder.resolve("model.onnx"), "precious");
        assertThatThrownBy(() -> VitExporter.export(request(Merged.none())))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("exists");
        assertThat(folder.resolve("model.onnx")).hasContent("precious");
        VitExporter.export(request(Merged.none()).toBuilder().optForce(true).build());
        assertThat(OnnxSummary.of(folder.resolve("model.onnx")).nodes()).isPositive();
    }

    @Test
    void deltasThatDoNotFitAreRefused() {
        refused(
                merged(Map.of("vit.encoder.layer.9.attention.attention.query.weight", random(64, 64, 1)), Map.of()),
                "vit.encoder.layer.9.attention.attention.query.weight");
        refused(merged(Map.of(QUERY, random(64, 32, 1)), Map.of()), QUERY, "[64, 64]", "[64, 32]");
        LoraFactors narrow = new LoraFactors(random(2, 32, 1), random(64, 2, 1), 1);
        refused(
                merged(Map.of(QUERY, random(64, 64, 1)), Map.of(QUERY, List.of(new Branch(1, narrow)))),
                QUERY,
                "[64, 64]",
                "[64, 32]");
        refused(merged(Map.of(), Map.of(QUERY, List.of(new Branch(1, narrow)))), QUERY, "expected a delta");
        float[] huge = new float[64 * 64];
        Arrays.fill(huge, Float.MAX_VALUE);
        huge[5] = Float.POSITIVE_INFINITY;
        refused(merged(Map.of(QUERY, new Matrix(64, 64, huge)), Map.of()), QUERY, "finite", "index 5");
    }

    @Test
    void aMergeForAnotherBaseIsRefused() {
        Merged other = new Merged(
                new TreeMap<>(),
                new TreeMap<>(),
                new TreeMap<>(),
                Optional.empty(),
                Optional.of("0a"),
                new TreeMap<>());
        refused(other, "0a");
    }

    @Test
    void aChangeThatTheHeadReplacesIsRefused() {
        Map<String, Matrix> deltas = Map.of("classifier.weight", random(10, 64, 1));
        assertThat(VitExporter.export(request(merged(deltas, Map.of()))).matched())
                .hasSize(1);
        NamedHead head = new NamedHead(new PrototypeHead(random(1, 64, 1)), List.of("cat"));
        assertThatThrownBy(() ->
                        VitExporter.export(request(merged(deltas, Map.of()).withHead(head)).toBuilder()
                                .optForce(true)
                                .build()))
                .isInstanceOf(InputException.class)
                .hasMessageContainingAll("classifier.weight", "uses");
    }

    @Test
    void aHeadForAnotherWidthIsRefused() {
        refused(
                Merged.none().withHead(new NamedHead(new PrototypeHead(random(1, 48, 1)), List.of("cat"))),
                "width 64",
                "48");
    }

    private void refused(Merged merged, String... parts) {
        assertThatThrownBy(() -> VitExporter.export(request(merged)))
                .isInstanceOf(InputException.class)
                .hasMessageContainingAll(parts);
        assertThat(folder).isEmptyDirectory();
    }

    private ExportRequest request(Merged merged) {
        return ExportRequest.builder()
                .setBase(SampleModel.tiny())
                .setMerged(merged)
                .setVersion("1.2.3")
                .setOutput(folder.resolve("model.onnx"))
                .setSettings(SampleModel.SETTINGS)
                .build();
    }

    private static float[] run(ExportResult result) {
        return SampleModel.run(result.output(), SampleModel.tinyInputs().pixelValues(), 8, 3, 32, 32);
    }

    private Merged hamMerge() throws IOException {
        List<AdapterFolder> adapters = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            adapters.add(AdapterFolder.read(TestData.path("peft-adapters/v4-names/adapter" + i)));
        }
        AdapterMerge merge = AdapterMerge.of(adapters, List.of(), HamParameters.DEFAULTS, Optional.empty());
        MergeFolder.write(mergeFolder, merge);
        return Merged.read(mergeFolder);
    }

    /** An adapter as a merge of one: its branches, and their products as deltas. */
    private static Merged branchesOnly(AdapterFolder adapter) {
        SortedMap<String, Matrix> deltas = new TreeMap<>();
        SortedMap<String, List<Branch>> branches = new TreeMap<>();
        LoraAdapter.load(adapter.adapter()).factors().forEach((name, factors) -> {
            deltas.put(name, product(factors));
            branches.put(name, List.of(new Branch(1, factors)));
        });
        return merged(deltas, branches);
    }

    private static Matrix product(LoraFactors factors) {
        Matrix delta = Matrix.zeros(factors.outputs(), factors.inputs());
        for (int i = 0; i < delta.data().length; i++) {
            double sum = 0;
            for (int k = 0; k < factors.rank(); k++) {
                sum += (double) factors.b().get(i / delta.columns(), k)
                        * factors.a().get(k, i % delta.columns());
            }
            delta.data()[i] = (float) (factors.scaling() * sum);
        }
        return delta;
    }

    private static Merged merged(Map<String, Matrix> deltas, Map<String, List<Branch>> branches) {
        return new Merged(
                new TreeMap<>(deltas),
                new TreeMap<>(),
                new TreeMap<>(branches),
                Optional.empty(),
                Optional.empty(),
                new TreeMap<>());
    }

    private static Matrix random(int rows, int columns, long seed) {
        Random random = new Random(seed);
        Matrix matrix = Matrix.zeros(rows, columns);
        for (int i = 0; i < matrix.data().length; i++) {
            matrix.data()[i] = (float) random.nextGaussian();
        }
        return matrix;
    }

    private static void assertClose(float[] actual, float[] expected, double tolerance) {
        assertThat(actual).hasSameSizeAs(expected);
        for (int i = 0; i < actual.length; i++) {
            assertThat((double) actual[i]).as("logit %d", i).isCloseTo(expected[i], within(tolerance));
        }
    }
}
