package ham.runtime.preprocess;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import ham.runtime.ModelException;
import ham.runtime.TestData;
import ham.runtime.image.ImageDecoder;
import ham.runtime.image.Resample;
import ham.runtime.image.RgbImage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class PreprocessingTest {
    private static final String VIT =
            """
            {"size": {"height": 4, "width": 4}, "resample": 2, "image_mean": [0.5, 0.5, 0.5], "image_std": [0.5, 0.5, 0.5]}
            """;

    @TempDir
    private Path folder;

    static Stream<JsonNode> outputsOfTransformers() {
        return TestData.json("pillow/preprocess.json").get("outputs").valueStream();
    }

    @ParameterizedTest
    @MethodSource("outputsOfTransformers")
    void agreesWithTransformersBitByBit(JsonNode output) {
        Preprocessing preprocessing =
                Preprocessing.fromJson(output.get("config").toString());
        byte[] bytes = Base64.getDecoder().decode(output.get("float32").textValue());
        FloatBuffer expected =
                ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
        RgbImage image = ImageDecoder.decode(TestData.path("pillow/rgb.png"));

        float[] values = preprocessing.apply(image);

        assertThat(preprocessing.height()).isEqualTo(output.get("shape").get(1).intValue());
        assertThat(preprocessing.width()).isEqualTo(output.get("shape").get(2).intValue());
        assertThat(FloatBuffer.wrap(values)).isEqualTo(expected);
        assertThat(Preprocessing.fromJson(preprocessing.toJson()).apply(image)).isEqualTo(values);
    }

    @ParameterizedTest
    @MethodSource("outputsOfTransformers")
    void comesBackFromItsOwnJson(JsonNode output) {
        Preprocessing preprocessing =
                Preprocessing.fromJson(output.get("config").toString());

        assertThat(Preprocessing.fromJson(preprocessing.toJson())).isEqualTo(preprocessing);
        assertThat(preprocessing.toJson()).doesNotContain("\n");
    }

    @Test
    void readsTheFileOfACheckpoint() {
        assertThat(Preprocessing.ofCheckpoint(TestData.path("backbone"), 32))
                .isEqualTo(Preprocessing.vitDefault(32));
    }

    @Test
    void takesTheDefaultsOfAVitWhereACheckpointSaysNothing() {
        Preprocessing preprocessing = Preprocessing.ofCheckpoint(TestData.path("hf-vit-tiny"), 32);

        assertThat(preprocessing.resample()).isEqualTo(Resample.BILINEAR);
        RgbImage image = RgbImage.ofGray(32, 32, new byte[32 * 32]);
        image.rgb()[0] = (byte) 255;
        float[] values = preprocessing.apply(image);
        assertThat(values).hasSize(3 * 32 * 32);
        assertThat(values[0]).isEqualTo(1);
        assertThat(values[1]).isEqualTo(-1);
    }

    @Test
    void putsWhereTheBufferStands() {
        Preprocessing preprocessing = Preprocessing.vitDefault(1);
        FloatBuffer out = FloatBuffer.allocate(8);
        out.put(7);

        preprocessing.normalize(new RgbImage(1, 1, new byte[] {0, (byte) 255, 0}), out);

        assertThat(out.position()).isEqualTo(4);
        assertThat(out.array()).startsWith(7, -1, 1, -1, 0);
    }

    @Test
    void understandsTheSizesOfOlderFiles() {
        String deit =
                """
                {"feature_extractor_type": "DeiTFeatureExtractor", "size": 8, "crop_size": 4, "resample": 3,
                 "image_mean": 0.5, "image_std": 0.25, "do_convert_rgb": null}
                """;

        assertThat(Preprocessing.fromJson(deit))
                .isEqualTo(new Preprocessing(
                        new Resizing.Exact(8, 8),
                        Resample.BICUBIC,
                        Crop.CENTER,
                        4,
                        4,
                        1.0 / 255,
                        List.of(0.5, 0.5, 0.5),
                        List.of(0.25, 0.25, 0.25)));
        assertThat(Preprocessing.fromJson(deit.replace("DeiTFeatureExtractor", "CLIPImageProcessorFast"))
                        .resizing())
                .isEqualTo(new Resizing.ShortestEdge(8));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "\"resample\": 2 | \"resample\": 9 | expected resample to be a filter of Pillow, 0 to 5, found 9.",
                "\"resample\": 2 | \"resample\": null | expected the key resample, found none.",
                "\"resample\": 2 | \"resample\": 2, \"do_pad\": true | expected do_pad to be one of the steps do_resize, do_center_crop, do_rescale, do_normalize, do_convert_rgb, found another step.",
                "\"resample\": 2 | \"resample\": 2, \"do_resize\": 1 | expected do_resize to be true or false, found 1.",
                "\"resample\": 2 | \"resample\": 2, \"image_processor_type\": \"BeitImageProcessor\" | expected image_processor_type to be the image processor of ViT, DeiT or CLIP, found BeitImageProcessor.",
                "\"resample\": 2 | \"resample\": 2, \"rescale_factor\": \"x\" | expected rescale_factor to be a number, found \"x\".",
                "\"height\": 4 | \"height\": 0 | expected size to be whole pixels from 1 to 10000, found 0.",
                "\"height\": 4 | \"longest_edge\": 4 | expected size to be a number, {height, width} or {shortest_edge}, found {\"longest_edge\":4,\"width\":4}.",
                "\"height\": 4, \"width\": 4 | \"shortest_edge\": 4 | expected size to be height and width, or a centre crop afterwards, found a shortest_edge alone.",
                "\"image_std\": [0.5, 0.5, 0.5] | \"image_std\": [0.5, 0, 0.5] | expected image_std to be numbers other than 0, found [0.5,0,0.5].",
                "\"image_std\": [0.5, 0.5, 0.5] | \"image_std\": [0.5] | expected image_std to be 3 numbers, for R, G and B, found [0.5].",
                "\"image_std\": [0.5, 0.5, 0.5] | \"image_std\": [0.5, 0.5, 0.5] } { | expected a JSON object, found broken JSON (Trailing token",
            })
    void refusesByNameWhatItCannotDo(String part, String replacement, String message) {
        assertThat(VIT).contains(part);
        assertThatThrownBy(() -> Preprocessing.fromJson(VIT.replace(part, replacement), "some.json"))
                .isInstanceOf(ModelException.class)
                .hasMessageStartingWith("some.json: " + message);
    }

    @Test
    void refusesWhatIsNoJsonObject() {
        assertThatThrownBy(() -> Preprocessing.fromJson("[]"))
                .isInstanceOf(ModelException.class)
                .hasMessage("ham.preprocessing: expected a JSON object, found [].");
        assertThatThrownBy(() -> Preprocessing.fromJson(""))
                .isInstanceOf(ModelException.class)
                .hasMessage("ham.preprocessing: expected a JSON object, found nothing.");
    }

    @Test
    void refusesAFileForAnotherImageSize() throws IOException {
        Files.writeString(folder.resolve("preprocessor_config.json"), VIT);

        assertThatThrownBy(() -> Preprocessing.ofCheckpoint(folder, 32))
                .isInstanceOf(ModelException.class)
                .hasMessageEndingWith(
                        "preprocessor_config.json: expected a size of 32x32 as the model takes it, found 4x4.");
    }

    @Test
    void refusesAnImageThatDoesNotFit() {
        RgbImage small = RgbImage.ofGray(3, 3, new byte[9]);
        String fixed = VIT.replace("\"resample\": 2", "\"do_resize\": false");
        String cropped = fixed.replace("\"do_resize\"", "\"do_center_crop\": true, \"crop_size\": 4, \"do_resize\"");

        assertThatThrownBy(() -> Preprocessing.fromJson(fixed).apply(small))
                .isInstanceOf(ModelException.class)
                .hasMessage("Expected an image of 4x4 pixels, found 3x3.");
        assertThatThrownBy(() -> Preprocessing.fromJson(cropped).apply(small))
                .isInstanceOf(ModelException.class)
                .hasMessage("Expected an image of at least 4x4 pixels, found 3x3.");
        assertThatThrownBy(() -> Preprocessing.vitDefault(4).normalize(small, FloatBuffer.allocate(48)))
                .isInstanceOf(ModelException.class);
    }

    @Test
    void refusesToBlowUpAnOblongImage() {
        RgbImage line = RgbImage.ofGray(1_000_000, 1, new byte[1_000_000]);

        assertThatThrownBy(() -> new Resizing.ShortestEdge(224).apply(line, Resample.BILINEAR))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("too oblong");
    }
}
