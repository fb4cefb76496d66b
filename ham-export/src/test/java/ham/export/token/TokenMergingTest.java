package ham.export.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ham.export.ExportRequest;
import ham.export.ExportResult;
import ham.export.ModelVariant;
import ham.export.OnnxFiles;
import ham.export.OnnxSummary;
import ham.export.SampleModel;
import ham.export.VitExporter;
import ham.export.parity.ParityInputs;
import ham.export.parity.ParityReport;
import ham.export.precision.Calibration;
import ham.export.precision.Flavor;
import ham.export.precision.NumberFormat;
import ham.export.precision.Precision;
import ham.export.precision.RangeMethod;
import ham.export.proto.GraphProto;
import ham.export.proto.ModelProto;
import ham.export.proto.NodeProto;
import ham.export.proto.ValueInfoProto;
import ham.export.variant.PlainForward;
import ham.merge.InputException;
import ham.merge.checkpoint.Checkpoint;
import ham.merge.safetensors.SafetensorsFile;
import ham.merge.safetensors.SafetensorsWriter;
import ham.runtime.model.OnnxModel;
import ham.runtime.tensor.Tensor;
import ham.testing.RandomCheckpoint;
import ham.testing.TestData;
import ham.testing.VitSize;
import ham.testing.VitVariant;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class TokenMergingTest {
    private static final VitSize BACKBONE = new VitSize(6, 192, 3, 768, 32, 4, 200);
    private static final int PIXELS = BACKBONE.pixels();
    private static final String POSITIONS = "vit.embeddings.position_embeddings";

    @TempDir
    private Path folder;

    @ParameterizedTest
    @CsvSource({"1, 4", "3, 8"})
    void logitsAreThoseOfThePlainControl(int batch, int merged) {
        ParityInputs images = ParityInputs.seeded(3, 32, 32, batch, 7);
        Path file = export(backbone(), merged);
        float[] logits = SampleModel.run(file, images.pixelValues(), batch, 3, 32, 32);
        PlainForward plain = control(TestData.path("backbone"), merged);
        for (int i = 0; i < batch; i++) {
            double[] expected = plain.logits(images.range(i, i + 1));
            for (int c = 0; c < expected.length; c++) {
                assertThat((double) logits[i * expected.length + c]).isCloseTo(expected[c], within(2e-4));
            }
        }
        float[] without = SampleModel.run(export(backbone(), 0), images.pixelValues(), batch, 3, 32, 32);
        assertThat(difference(logits, without)).isGreaterThan(1e-3);
    }

    /** The letters of FamilyTest. Three blocks, nine patches, so odd numbers of them too. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "cb", "cdb", "cdbw", "cdw", "Tcb", "Tcsb", "Tcrpsb", "Tcdsb", "Tmb", "Tmns", "Tcmnb", "Trpmnsb", "Tpmb",
                "Tcrpmns"
            })
    void everyMemberOfTheFamilyIsThatOfThePlainControl(String letters) {
        VitVariant variant = VitVariant.of(letters);
        Path base = RandomCheckpoint.write(variant, folder.resolve("base"));
        Checkpoint checkpoint = Checkpoint.open(base);
        ParityInputs inputs = ParityInputs.seeded(checkpoint.config(), 4, 3);
        for (int merged : new int[] {1, 2}) {
            PlainForward plain = new PlainForward(variant, VitSize.TINY, variant.eps(), base, Map.of(), merged);
            float[] logits = SampleModel.run(export(checkpoint, merged), inputs.pixelValues(), 4, 3, 12, 12);
            for (int i = 0; i < 4; i++) {
                double[] expected = plain.logits(inputs.range(i, i + 1));
                for (int c = 0; c < expected.length; c++) {
                    assertThat((double) logits[i * expected.length + c])
                            .as("%d merged, image %d, logit %d", merged, i, c)
                            .isCloseTo(expected[c], within(1e-4));
                }
            }
        }
    }

    @Test
    void whatTheTokensStandForIsAllPatches() throws IOException {
        ModelProto model = OnnxFiles.read(export(backbone(), 8));
        ModelProto.Builder tapped = model.toBuilder();
        for (int block = 0; block < 5; block++) {
            tapped.getGraphBuilder().addOutput(ValueInfoProto.newBuilder().setName("layer." + block + ".merge.sizes"));
        }
        Path file = folder.resolve("tapped.onnx");
        OnnxFiles.write(tapped.build(), file);
        ParityInputs images = ParityInputs.seeded(3, 32, 32, 3, 2);
        try (OnnxModel session = OnnxModel.open(file, SampleModel.SETTINGS)) {
            Map<String, Tensor> values =
                    session.run(Map.of("pixel_values", Tensor.of(images.pixelValues(), 3, 3, 32, 32)));
            for (int block = 0; block < 5; block++) {
                Tensor sizes = values.get("layer." + block + ".merge.sizes");
                int tokens = 65 - 8 * (block + 1);
                assertThat(sizes.shape()).containsExactly(3L, (long) tokens, 1L);
                float[] found = sizes.floats();
                for (int image = 0; image < 3; image++) {
                    float[] own = Arrays.copyOfRange(found, image * tokens, (image + 1) * tokens);
                    assertThat(own[0]).isEqualTo(1); // the class token
                    assertThat(sum(own)).isEqualTo(65);
                }
            }
        }
        PlainForward plain = control(TestData.path("backbone"), 8);
        plain.logits(images.range(0, 1));
        assertThat(Arrays.stream(plain.sizes()).sum()).isEqualTo(65);
    }

    @Test
    void noTokensMergedIsTheSameFile() throws IOException {
        byte[] plain = Files.readAllBytes(export(backbone(), NumberFormat.PLAIN, 0, "plain.onnx"));
        Path asked = folder.resolve("asked.onnx");
        VitExporter.export(request(backbone(), NumberFormat.PLAIN, 3, asked).toBuilder()
                .optMergeTokens(0)
                .build());
        assertThat(asked).hasBinaryContent(plain);
        GraphProto graph = OnnxFiles.read(asked).getGraph();
        assertThat(TokenMerging.of(graph, 0)).isSameAs(graph);
        assertThat(OnnxSummary.of(asked).metadata()).doesNotContainKey(TokenMerging.METADATA_KEY);
    }

    /** Of patches that are alike, one that stands for all is as good as all; not so if attention did not know for how many it stands. */
    @Test
    void mergingWhatIsAlikeChangesNothing() throws IOException {
        Checkpoint base = withoutPositions();
        float[] images = new float[2 * PIXELS];
        Arrays.fill(images, 0, PIXELS, 0.3f);
        for (int i = PIXELS; i < images.length; i++) { // two kinds of patches, in halves
            int column = i % 32;
            images[i] = (column < 16 ? 1 : -1) * (0.2f + 0.1f * (column % 4));
        }
        float[] expected = SampleModel.run(export(base, 0), images, 2, 3, 32, 32);
        ModelProto model = OnnxFiles.read(export(base, 8));
        Path file = folder.resolve("model.onnx");
        assertThat(difference(SampleModel.run(file, images, 2, 3, 32, 32), expected))
                .isLessThan(1e-3);

        ModelProto.Builder other = model.toBuilder();
        for (NodeProto.Builder node : other.getGraphBuilder().getNodeBuilderList()) {
            if (node.getOpType().equals("Softmax") && node.getInput(0).endsWith(".proportional")) {
                node.setInput(0, node.getInput(0).replace("attention.proportional", "scores"));
            }
        }
        OnnxFiles.write(other.build(), file);
        assertThat(difference(SampleModel.run(file, images, 2, 3, 32, 32), expected))
                .isGreaterThan(0.05);
    }

    private Checkpoint withoutPositions() throws IOException {
        Path base = TestData.path("backbone");
        SafetensorsFile tensors = SafetensorsFile.open(base.resolve("model.safetensors"));
        SafetensorsWriter writer = new SafetensorsWriter();
        for (String name : tensors.names()) {
            float[] values = tensors.floats(name);
            writer.add(name, tensors.info(name).shape(), name.equals(POSITIONS) ? new float[values.length] : values);
        }
        Path copy = Files.createDirectory(folder.resolve("bare"));
        writer.write(copy.resolve("model.safetensors"));
        Files.copy(base.resolve("config.json"), copy.resolve("config.json"));
        return Checkpoint.open(copy);
    }

    @Test
    void theReportComparesTopClassesAndKeepsTheCheckOfTheWeights() {
        ExportResult result = VitExporter.export(request(backbone(), NumberFormat.PLAIN, 4, folder.resolve("m.onnx")));
        ParityReport parity = result.parity().orElseThrow();
        assertThat(parity.passed()).isTrue();
        assertThat(parity.tolerance()).isInfinite();
        assertThat(parity.maxAbs()).isGreaterThan(ParityReport.RELATIVE_TOLERANCE * parity.range());
        assertThat(parity.text())
                .contains("a tenth of the top classes may differ")
                .contains("tokens are merged, 4 a block; before that the difference is ");
        assertThat(OnnxSummary.of(result.output()).metadata())
                .containsEntry(TokenMerging.METADATA_KEY, "4")
                .containsEntry("ham.precision", "fp32");
        assertThat(OnnxSummary.of(result.output()).opsets()).containsOnlyKeys("ai.onnx");
    }

    @ParameterizedTest
    @EnumSource(Flavor.class)
    void everyFormatTakesMergedTokens(Flavor flavor) {
        ParityInputs images = ParityInputs.seeded(3, 32, 32, 8, 1);
        float[] merged = SampleModel.run(export(backbone(), 4), images.pixelValues(), 8, 3, 32, 32);
        for (Precision precision : Precision.values()) {
            NumberFormat format = NumberFormat.of(precision, flavor);
            Path file = folder.resolve("format.onnx");
            ParityReport parity = VitExporter.export(request(backbone(), format, 4, file))
                    .parity()
                    .orElseThrow();
            assertThat(parity.passed()).isTrue();
            float[] found = SampleModel.run(file, images.pixelValues(), 8, 3, 32, 32);
            if (flavor == Flavor.ORT
                    && precision == Precision.FP32) { // every norm of a block takes in the sum before it but the first
                assertThat(OnnxSummary.of(file).operators()).containsEntry("com.microsoft.SkipLayerNormalization", 11);
            }
            if (precision == Precision.FP32) { // the others match other tokens where two are nearly as near
                assertThat(difference(found, merged)).isLessThan(1e-3);
            }
            assertThat(sameTop(found, merged, 8)).isGreaterThanOrEqualTo(7);
        }
        NumberFormat calibrated =
                NumberFormat.of(Precision.INT8, flavor).withCalibration(new Calibration(images, RangeMethod.MINMAX));
        export(backbone(), calibrated, 4, "calibrated.onnx");
        float[] found = SampleModel.run(folder.resolve("calibrated.onnx"), images.pixelValues(), 8, 3, 32, 32);
        assertThat(sameTop(found, merged, 8)).isGreaterThanOrEqualTo(6);
    }

    @Test
    void aModelThatIsThereTakesThemToo() throws IOException {
        Path plain = export(backbone(), 0);
        Path merged = folder.resolve("merged.onnx");
        assertThat(ModelVariant.write(plain, NumberFormat.PLAIN, 4, merged)).isTrue();
        ModelProto built = OnnxFiles.read(export(backbone(), NumberFormat.PLAIN, 4, "built.onnx"));
        assertThat(OnnxFiles.read(merged).getGraph()).isEqualTo(built.getGraph());
        assertThat(OnnxSummary.of(merged).metadata()).containsEntry(TokenMerging.METADATA_KEY, "4");
        assertThatThrownBy(() -> ModelVariant.write(merged, NumberFormat.PLAIN, 4, folder.resolve("twice.onnx")))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("found one that merges them already");
    }

    @ParameterizedTest
    @ValueSource(strings = {"onnx-exports/hf-sdpa/ts17.onnx", "serve/scaled1.onnx"})
    void graphsOfOthersAreRefused(String model) {
        assertThatThrownBy(() ->
                        ModelVariant.write(TestData.path(model), NumberFormat.PLAIN, 1, folder.resolve("merged.onnx")))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("merge-tokens")
                .hasMessageContaining("export from the checkpoint");
    }

    @Test
    void formsOfHamThatAreNotPlainAreRefused() {
        for (NumberFormat format : new NumberFormat[] {
            NumberFormat.of(Precision.INT8, Flavor.STANDARD),
            NumberFormat.of(Precision.FP16, Flavor.STANDARD),
            NumberFormat.of(Precision.FP32, Flavor.ORT)
        }) {
            Path file = export(backbone(), format, 0, "other.onnx");
            assertThatThrownBy(() -> ModelVariant.write(file, NumberFormat.PLAIN, 1, folder.resolve("merged.onnx")))
                    .as(format.toString())
                    .isInstanceOf(InputException.class)
                    .hasMessageContaining("in float32 and standard operators");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 11})
    void tooManyAreRefused(int merged) {
        assertThatThrownBy(() -> export(backbone(), merged))
                .isInstanceOf(InputException.class)
                .hasMessage("merge-tokens: expected 0 to 10 for 64 patches and 6 blocks, as a block merges at most half"
                        + " of its patches, found " + merged);
        assertThat(folder.resolve("model.onnx")).doesNotExist();
    }

    @ParameterizedTest
    @ValueSource(strings = {"bert", "clip-classifier", "beit", "siglip-classifier", "dinov2", "timm-clip", "vit-mae"})
    void encodersWhoseTokensCannotBeMergedAreRefused(String encoder) {
        Checkpoint base = Checkpoint.open(TestData.path("encoders").resolve(encoder));
        assertThatThrownBy(() -> export(base, 1))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("merge-tokens: expected a ViT or DeiT with a classifier")
                .hasMessageContaining("found " + base.encoder().family()
                        + (encoder.equals("vit-mae") ? " without a classifier" : ""));
    }

    private static double sum(float[] values) {
        double sum = 0;
        for (float each : values) {
            sum += each;
        }
        return sum;
    }

    private static double difference(float[] a, float[] b) {
        return IntStream.range(0, a.length)
                .mapToDouble(i -> Math.abs(a[i] - b[i]))
                .max()
                .orElseThrow();
    }

    private static long sameTop(float[] a, float[] b, int images) {
        int classes = a.length / images;
        return IntStream.range(0, images)
                .filter(i -> top(a, i * classes, classes) == top(b, i * classes, classes))
                .count();
    }

    private static int top(float[] logits, int from, int classes) {
        return IntStream.range(0, classes).reduce(0, (best, c) -> logits[from + c] > logits[from + best] ? c : best);
    }

    private static Checkpoint backbone() {
        return Checkpoint.open(TestData.path("backbone"));
    }

    private static PlainForward control(Path base, int merged) {
        return new PlainForward(VitVariant.of("cb"), BACKBONE, 1e-6, base, Map.of(), merged);
    }

    private Path export(Checkpoint base, int merged) {
        return export(base, NumberFormat.PLAIN, merged, "model.onnx");
    }

    private Path export(Checkpoint base, NumberFormat format, int merged, String name) {
        Path file = folder.resolve(name);
        VitExporter.export(
                request(base, format, merged, file).toBuilder().optVerify(false).build());
        return file;
    }

    private static ExportRequest request(Checkpoint base, NumberFormat format, int merged, Path file) {
        return SampleModel.request(base, format, file).toBuilder()
                .optMergeTokens(merged)
                .build();
    }
}
