package ham.export.form;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ham.export.ExportRequest;
import ham.export.OnnxFiles;
import ham.export.OnnxSummary;
import ham.export.SampleModel;
import ham.export.VitExporter;
import ham.export.form.GraphForm.Input;
import ham.export.form.GraphForm.Output;
import ham.export.proto.GraphProto;
import ham.export.proto.ModelProto;
import ham.export.proto.NodeProto;
import ham.export.proto.TensorProto;
import ham.merge.InputException;
import ham.merge.checkpoint.Checkpoint;
import ham.merge.folder.Merged;
import ham.runtime.classify.Classifier;
import ham.runtime.classify.Prediction;
import ham.runtime.image.Resample;
import ham.runtime.image.RgbImage;
import ham.runtime.model.OnnxModel;
import ham.runtime.preprocess.Crop;
import ham.runtime.preprocess.Preprocessing;
import ham.runtime.preprocess.Resizing;
import ham.runtime.tensor.Tensor;
import ham.testing.RandomCheckpoint;
import ham.testing.TestData;
import ham.testing.VitVariant;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FormChangeTest {
    private static final List<Double> MEAN = List.of(0.485, 0.456, 0.406);
    private static final List<Double> STD = List.of(0.229, 0.224, 0.225);

    @TempDir
    private Path folder;

    private final Random random = new Random(3);

    /** On noise, the hardest images for a resizing that rounds to bytes. */
    @Test
    void aGraphThatTakesPixelsGivesTheLogitsOfOurPreprocessing() throws IOException {
        for (Resample filter : List.of(Resample.BILINEAR, Resample.BICUBIC)) {
            for (Resizing resizing : List.of(new Resizing.Exact(32, 32), new Resizing.ShortestEdge(37))) {
                for (Crop crop : List.of(Crop.CENTER, Crop.CENTER_HALF_EVEN)) {
                    assertThat(largestDifference(preprocessing(resizing, filter, crop)))
                            .as(filter + " " + resizing + " " + crop)
                            .isLessThan(0.1f);
                }
            }
        }
    }

    @Test
    void withoutResizingTheLogitsAreTheSame() throws IOException {
        for (Crop crop : List.of(Crop.CENTER, Crop.CENTER_HALF_EVEN)) {
            assertThat(largestDifference(preprocessing(new Resizing.None(), Resample.BILINEAR, crop)))
                    .isZero();
        }
    }

    private float largestDifference(Preprocessing preprocessing) throws IOException {
        Path plain = export(preprocessing);
        Path pixels = changed(plain, new GraphForm(Input.UINT8, Output.LOGITS, 1, false));
        float largest = 0;
        try (Classifier expected = Classifier.open(plain, SampleModel.SETTINGS);
                Classifier found = Classifier.open(pixels, SampleModel.SETTINGS)) {
            List<RgbImage> images = List.of(noise(32, 32), noise(33, 90), noise(90, 33), noise(64, 48), noise(64, 48));
            float[][] one = expected.logits(images);
            float[][] other = found.logits(images);
            for (int i = 0; i < one.length; i++) {
                for (int c = 0; c < one[i].length; c++) {
                    largest = Math.max(largest, Math.abs(one[i][c] - other[i][c]));
                }
            }
        }
        return largest;
    }

    @Test
    void probabilitiesAndTheBestClassesAreServedLikeLogits() throws IOException {
        Path plain = export(preprocessing(new Resizing.Exact(32, 32), Resample.BILINEAR, Crop.NONE));
        RgbImage image = noise(40, 50);
        List<Prediction> expected = predictions(plain, image);
        for (GraphForm form : List.of(
                new GraphForm(Input.FLOAT, Output.PROBABILITIES, 1, false),
                new GraphForm(Input.FLOAT, Output.TOP_K, 10, false),
                new GraphForm(Input.FLOAT, Output.TOP_K, 3, true))) {
            List<Prediction> found = predictions(changed(plain, form), image);
            assertThat(found).hasSize(form.output() == Output.TOP_K ? form.top() : 10);
            for (int i = 0; i < found.size(); i++) {
                assertThat(found.get(i).label()).isEqualTo(expected.get(i).label());
                assertThat(found.get(i).probability()).isCloseTo(expected.get(i).probability(), within(1e-6));
            }
        }
    }

    private static List<Prediction> predictions(Path model, RgbImage image) {
        try (Classifier classifier = Classifier.open(model, SampleModel.SETTINGS)) {
            return classifier.classify(image, 10);
        }
    }

    /** The feature is what the classifier reads, for every way of pooling. */
    @Test
    void featuresAreWhatTheClassifierReads() throws IOException {
        for (String letters : List.of("cb", "Tcb", "Tcdb", "cdb", "Tbm", "Tcbmn", "cdbw")) {
            VitVariant variant = VitVariant.of(letters);
            Checkpoint base = Checkpoint.open(RandomCheckpoint.write(variant, folder.resolve(letters)));
            Path plain = folder.resolve("plain.onnx");
            VitExporter.export(ExportRequest.builder()
                    .setBase(base)
                    .setMerged(Merged.none())
                    .setVersion("1")
                    .setOutput(plain)
                    .setSettings(SampleModel.SETTINGS)
                    .optForce(true)
                    .optVerify(false)
                    .build());
            Path both = changed(plain, new GraphForm(Input.FLOAT, Output.LOGITS, 1, true));
            float[] pixels = new float[2 * 3 * 12 * 12];
            for (int i = 0; i < pixels.length; i++) {
                pixels[i] = (float) random.nextGaussian();
            }
            try (OnnxModel model = OnnxModel.open(both, SampleModel.SETTINGS)) {
                Map<String, Tensor> outputs = model.run(Map.of("pixel_values", Tensor.of(pixels, 2, 3, 12, 12)));
                float[] features = outputs.get("features").floats();
                assertThat(outputs.get("features").shape())
                        .containsExactly(2L, (long) base.config().hidden());
                if (!letters.contains("d")) {
                    float[] weight = base.floats(base.names().classifier() + ".weight");
                    float[] bias = base.floats(base.names().classifier() + ".bias");
                    float[] logits = outputs.get("logits").floats();
                    int d = base.config().hidden();
                    for (int i = 0; i < logits.length; i++) {
                        double sum = bias[i % bias.length];
                        for (int k = 0; k < d; k++) {
                            sum += features[i / bias.length * d + k] * (double) weight[i % bias.length * d + k];
                        }
                        assertThat(logits[i]).as(letters).isCloseTo((float) sum, within(1e-4f));
                    }
                }
            }
        }
    }

    @Test
    void theFileSaysWhichFormItIs() throws IOException {
        Path plain = export(preprocessing(new Resizing.Exact(32, 32), Resample.BILINEAR, Crop.NONE));
        OnnxSummary summary = OnnxSummary.of(changed(plain, new GraphForm(Input.UINT8, Output.TOP_K, 3, true)));
        assertThat(summary.inputs())
                .containsExactly(new OnnxSummary.Tensor("images", "uint8", List.of("batch", "height", "width", "3")));
        assertThat(summary.outputs())
                .extracting(OnnxSummary.Tensor::name)
                .containsExactly("top_probabilities", "top_indices", "features");
        assertThat(summary.metadata()).containsEntry("ham.input", "uint8").containsEntry("ham.output", "top-k");
        assertThat(summary.opsets()).containsEntry("ai.onnx", 18L);
    }

    @Test
    void aGraphFromElsewhereGivesProbabilitiesToo() throws IOException {
        Path graph = TestData.path("onnx-exports/hf-sdpa/ts17.onnx");
        Path changed = changed(graph, new GraphForm(Input.FLOAT, Output.PROBABILITIES, 1, false));
        float[] images = SampleModel.tinyInputs().pixelValues();
        float[] found = SampleModel.run(changed, images, 8, 3, 32, 32);
        for (int image = 0; image < 8; image++) {
            double sum = 0;
            for (int c = 0; c < 10; c++) {
                sum += found[10 * image + c];
            }
            assertThat(sum).isCloseTo(1, within(1e-5));
        }
        refused(graph, new GraphForm(Input.FLOAT, Output.LOGITS, 1, true), "features: ", "ham built");
        refused(graph, new GraphForm(Input.UINT8, Output.LOGITS, 1, false), "input: ", "ham.preprocessing");
    }

    @Test
    void whatAGraphCannotDoIsRefused() throws IOException {
        GraphForm pixels = new GraphForm(Input.UINT8, Output.LOGITS, 1, false);
        refused(
                export(preprocessing(new Resizing.Exact(32, 32), Resample.LANCZOS, Crop.NONE)),
                pixels,
                "input: ",
                "lanczos");
        refused(
                export(preprocessing(new Resizing.ShortestEdge(30), Resample.BILINEAR, Crop.CENTER)),
                pixels,
                "at most the resized 30 pixels",
                "32x32");
        Path plain = export(preprocessing(new Resizing.Exact(32, 32), Resample.BILINEAR, Crop.NONE));
        refused(plain, new GraphForm(Input.FLOAT, Output.TOP_K, 11, false), "top: ", "10 classes", "found 11");
        refused(
                changed(plain, new GraphForm(Input.FLOAT, Output.TOP_K, 2, false)),
                pixels,
                "found 1 inputs and the outputs [top_probabilities");
        refused(TestData.path("onnx-exports/hf-sdpa/dynamo_external.onnx"), pixels, "external data");
        assertThatThrownBy(() -> new GraphForm(Input.FLOAT, Output.TOP_K, 0, false))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("at least 1");
    }

    private void refused(Path model, GraphForm form, String... parts) {
        assertThatThrownBy(() -> FormChange.write(model, form, folder.resolve("refused.onnx")))
                .isInstanceOf(InputException.class)
                .hasMessageContainingAll(parts);
    }

    @Test
    void theCheckFindsAWrongForm() throws IOException {
        Path one = export(preprocessing(new Resizing.Exact(32, 32), Resample.BILINEAR, Crop.NONE));
        GraphForm form = new GraphForm(Input.UINT8, Output.PROBABILITIES, 1, false);
        assertThat(FormCheck.of(one, changed(one, form), form, Optional.empty(), SampleModel.SETTINGS)
                        .maxAbs())
                .isLessThan(2e-2);
        Path normalised = folder.resolve("other.onnx");
        Files.copy(changed(one, form), normalised);
        Path other = export(preprocessing(new Resizing.ShortestEdge(40), Resample.BILINEAR, Crop.CENTER));
        assertThatThrownBy(() -> FormCheck.of(other, normalised, form, Optional.empty(), SampleModel.SETTINGS))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("was not written");
    }

    /** Probabilities near one another, as those of many classes are: a wrong form moves them little. */
    @Test
    void theCheckFindsAWrongFormOfFlatProbabilitiesToo() throws IOException {
        GraphForm form = new GraphForm(Input.UINT8, Output.PROBABILITIES, 1, false);
        Path one = flat(export(preprocessing(new Resizing.Exact(32, 32), Resample.BILINEAR, Crop.NONE)));
        assertThat(FormCheck.of(one, changed(one, form), form, Optional.empty(), SampleModel.SETTINGS)
                        .tolerance())
                .isLessThan(2e-3);
        Path normalised = folder.resolve("other.onnx");
        Files.copy(changed(one, form), normalised);
        Path other = flat(export(preprocessing(new Resizing.ShortestEdge(40), Resample.BILINEAR, Crop.CENTER)));
        assertThatThrownBy(() -> FormCheck.of(other, normalised, form, Optional.empty(), SampleModel.SETTINGS))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("was not written");
    }

    /** The same model with logits a hundredth as large. */
    private static Path flat(Path model) throws IOException {
        ModelProto.Builder flat = OnnxFiles.read(model).toBuilder();
        GraphProto.Builder graph = flat.getGraphBuilder();
        for (NodeProto.Builder node : graph.getNodeBuilderList()) {
            if (node.getOutput(0).equals("logits")) {
                node.setOutput(0, "steep");
            }
        }
        graph.addInitializer(TensorProto.newBuilder()
                        .setName("hundredth")
                        .setDataType(TensorProto.DataType.FLOAT.getNumber())
                        .addFloatData(0.01f))
                .addNode(NodeProto.newBuilder()
                        .setOpType("Mul")
                        .addInput("steep")
                        .addInput("hundredth")
                        .addOutput("logits"));
        OnnxFiles.write(flat.build(), model);
        return model;
    }

    private static Preprocessing preprocessing(Resizing resizing, Resample filter, Crop crop) {
        return new Preprocessing(resizing, filter, crop, 32, 32, 1 / 255.0, MEAN, STD);
    }

    private Path export(Preprocessing preprocessing) {
        Path file = folder.resolve("plain.onnx");
        ExportRequest own = ExportRequest.builder()
                .setBase(SampleModel.tiny())
                .setMerged(Merged.none())
                .setVersion("1")
                .setOutput(file)
                .setSettings(SampleModel.SETTINGS)
                .build();
        VitExporter.export(new ExportRequest(
                own.base(),
                own.merged(),
                preprocessing,
                own.version(),
                file,
                true,
                false,
                Optional.empty(),
                Optional.empty(),
                own.format(),
                own.mergeTokens(),
                own.settings()));
        return file;
    }

    private Path changed(Path plain, GraphForm form) throws IOException {
        Path target = folder.resolve("changed.onnx");
        FormChange.write(plain, form, target);
        return target;
    }

    private RgbImage noise(int width, int height) {
        byte[] rgb = new byte[3 * width * height];
        random.nextBytes(rgb);
        return new RgbImage(width, height, rgb);
    }
}
