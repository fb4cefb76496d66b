package ham.runtime.classify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ham.runtime.ModelException;
import ham.runtime.image.RgbImage;
import ham.runtime.model.OnnxModel;
import ham.runtime.model.SessionSettings;
import ham.runtime.preprocess.Preprocessing;
import ham.testing.TestData;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ClassifierTest {
    private static final SessionSettings ONE_THREAD = new SessionSettings(1);
    private static final String PREPROCESSING = Preprocessing.vitDefault(2).toJson();

    @TempDir
    private Path folder;

    @Test
    void ranksClassesByProbability() {
        RgbImage image = uniform(0, 255, 51);
        try (Classifier classifier = open("onnx/colors.onnx")) {
            List<Prediction> predictions = classifier.classify(image, 99);

            assertThat(classifier.labels()).containsExactly("red", "green", "blue");
            assertThat(predictions).extracting(Prediction::label).containsExactly("green", "blue", "red");
            assertThat(predictions).extracting(Prediction::index).containsExactly(1, 2, 0);
            // logits 1, -0.6, -1
            assertThat(predictions.get(0).logit()).isEqualTo(1);
            assertThat(predictions.get(0).probability())
                    .isCloseTo(Math.exp(1) / (Math.exp(1) + Math.exp(-0.6) + Math.exp(-1)), within(1e-7));
            assertThat(predictions.stream().mapToDouble(Prediction::probability).sum())
                    .isCloseTo(1, within(1e-12));
            assertThat(classifier.classify(image, 1)).containsExactly(predictions.get(0));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"onnx/colors.onnx", "onnx/colors_batch2.onnx"})
    void givesEveryImageItsOwnLogits(String model) {
        List<RgbImage> images = new ArrayList<>();
        for (int i = 0; i < 71; i++) {
            images.add(uniform(i, 2 * i, 255 - i));
        }

        try (Classifier classifier = open(model)) {
            float[][] logits = classifier.logits(images);

            assertThat(logits.length).isEqualTo(71);
            for (int i = 0; i < 71; i++) {
                assertThat(logits[i])
                        .containsExactly(new float[] {scaled(i), scaled(2 * i), scaled(255 - i)}, within(1e-6f));
            }
            assertThat(classifier.logits(List.of())).isEmpty();
        }
    }

    @Test
    void classifiesWhatIsPreprocessedAlreadyAndBatchesAlike() {
        List<RgbImage> images = List.of(uniform(0, 255, 51), uniform(9, 8, 7), uniform(200, 0, 255));
        for (String name : List.of("onnx/colors.onnx", "onnx/colors_batch2.onnx")) {
            try (Classifier classifier = open(name)) {
                classifier.warmUp(3);
                List<List<Prediction>> together = classifier.classify(images, 2);

                for (int i = 0; i < images.size(); i++) {
                    FloatBuffer pixels = FloatBuffer.allocate(14).position(1).limit(13);
                    pixels.put(classifier.preprocessing().apply(images.get(i))).position(1);
                    assertThat(classifier.classify(images.get(i), 2)).isEqualTo(together.get(i));
                    assertThat(classifier.classify(pixels, 2)).isEqualTo(together.get(i));
                    assertThat(pixels.remaining()).isEqualTo(12);
                }
                assertThatThrownBy(() -> classifier.classify(FloatBuffer.allocate(11), 2))
                        .isInstanceOf(ModelException.class)
                        .hasMessageEndingWith("expected 12 values, [3, 2, 2], found 11.");
            }
        }
    }

    @Test
    void takesLabelsAndPreprocessingThatTheFileDoesNotHave() {
        Supplement supplement =
                new Supplement(Optional.of(List.of("r", "g", "b")), Optional.of(Preprocessing::vitDefault));
        RgbImage image = uniform(0, 255, 51);
        try (Classifier bare =
                        Classifier.of(OnnxModel.open(TestData.path("onnx/colors_bare.onnx"), ONE_THREAD), supplement);
                Classifier told = open("onnx/colors.onnx")) {
            assertThat(bare.preprocessing()).isEqualTo(Preprocessing.vitDefault(2));
            assertThat(bare.labels()).containsExactly("r", "g", "b");
            assertThat(bare.logits(List.of(image))).isEqualTo(told.logits(List.of(image)));
        }
    }

    @Test
    void refusesToShowNoClass() {
        try (Classifier classifier = open("onnx/colors.onnx")) {
            assertThatThrownBy(() -> classifier.classify(uniform(1, 2, 3), 0))
                    .isInstanceOf(ModelException.class)
                    .hasMessage("top: expected a number of classes to show of at least 1, found 0");
        }
    }

    @Test
    void refusesToClassifyOnceClosed() {
        Classifier classifier = open("onnx/colors.onnx");
        classifier.close();
        classifier.close();

        assertThatThrownBy(() -> classifier.classify(uniform(1, 2, 3), 1)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void saysWhichMetadataIsMissing() throws IOException {
        Path labelled = withMetadata(Labels.METADATA_KEY, "[\"a\"]");

        assertRefused(
                TestData.path("onnx/colors_bare.onnx"),
                "found no ham.labels and no ham.preprocessing; give labels and preprocessing, or run it on tensors.");
        assertRefused(labelled, "found no ham.preprocessing; give preprocessing, or run it on tensors.");
    }

    @Test
    void refusesMetadataThatDoesNotFitTheGraph() throws IOException {
        assertRefused(
                withMetadata(Labels.METADATA_KEY, "[\"a\", \"b\"]", Preprocessing.METADATA_KEY, PREPROCESSING),
                "expected logits to be of shape [batch, 2] as there are 2 labels, found [batch, 3].");
        assertRefused(
                withMetadata(Labels.METADATA_KEY, "[\"a\", 1]", Preprocessing.METADATA_KEY, PREPROCESSING),
                ", metadata ham.labels: expected a JSON array of texts, found ARRAY.");
        assertRefused(
                withMetadata(Labels.METADATA_KEY, "[\"a\"", Preprocessing.METADATA_KEY, PREPROCESSING),
                ", metadata ham.labels: expected a JSON array of texts, found broken JSON");
        assertRefused(
                withMetadata(Labels.METADATA_KEY, "[\"a\"]", Preprocessing.METADATA_KEY, "{\"size\": \"x\"}"),
                ", metadata ham.preprocessing: expected size to be a number");
        assertRefused(
                withMetadata(
                        Labels.METADATA_KEY,
                        "[\"a\", \"b\", \"c\"]",
                        Preprocessing.METADATA_KEY,
                        Preprocessing.vitDefault(4).toJson()),
                "expected pixel_values to be of shape [batch, 3, 2, 2], found [1, 3, 4, 4].");
    }

    @Test
    void refusesAnAnswerThatTheOutputsDoNotGive() throws IOException {
        for (String form : List.of("top-k", "boxes")) {
            assertRefused(
                    withMetadata(
                            Labels.METADATA_KEY,
                            "[\"a\", \"b\", \"c\"]",
                            Preprocessing.METADATA_KEY,
                            PREPROCESSING,
                            AnswerForm.METADATA_KEY,
                            form),
                    form.equals("boxes")
                            ? "metadata ham.output: expected logits, probabilities or top-k, found boxes."
                            : "expected probabilities and int64 numbers of classes, found 1 outputs");
        }
    }

    @Test
    void readsTheLabelsThatItWrote() {
        List<String> labels = List.of("T-shirt/top", "a \"quoted\" one", "été");

        assertThat(Labels.fromJson(Labels.toJson(labels), "x")).isEqualTo(labels);
    }

    /** The bare model with metadata appended: concatenated protobuf messages are merged. */
    private Path withMetadata(String... keysAndValues) throws IOException {
        ByteArrayOutputStream model = new ByteArrayOutputStream();
        model.writeBytes(TestData.bytes("onnx/colors_bare.onnx"));
        for (int i = 0; i < keysAndValues.length; i += 2) {
            ByteArrayOutputStream entry = new ByteArrayOutputStream();
            writeField(entry, 1, keysAndValues[i].getBytes(StandardCharsets.UTF_8));
            writeField(entry, 2, keysAndValues[i + 1].getBytes(StandardCharsets.UTF_8));
            writeField(model, 14, entry.toByteArray());
        }
        return Files.write(Files.createTempFile(folder, "model", ".onnx"), model.toByteArray());
    }

    private static void writeField(ByteArrayOutputStream out, int field, byte[] body) {
        out.write(field << 3 | 2);
        for (int length = body.length; ; length >>= 7) {
            out.write(length > 127 ? (length & 127) | 128 : length);
            if (length <= 127) {
                break;
            }
        }
        out.writeBytes(body);
    }

    private static void assertRefused(Path file, String message) {
        assertThatThrownBy(() -> Classifier.open(file, ONE_THREAD))
                .isInstanceOf(ModelException.class)
                .hasMessageStartingWith(file.toString())
                .hasMessageContaining(message);
    }

    private static Classifier open(String name) {
        return Classifier.open(TestData.path(name), ONE_THREAD);
    }

    private static RgbImage uniform(int red, int green, int blue) {
        byte[] rgb = new byte[12];
        for (int i = 0; i < 12; i += 3) {
            rgb[i] = (byte) red;
            rgb[i + 1] = (byte) green;
            rgb[i + 2] = (byte) blue;
        }
        return new RgbImage(2, 2, rgb);
    }

    private static float scaled(int pixel) {
        return (pixel / 255f - 0.5f) / 0.5f;
    }
}
