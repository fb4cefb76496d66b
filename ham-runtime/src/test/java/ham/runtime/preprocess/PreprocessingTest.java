package ham.runtime.preprocess;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import ham.runtime.ModelException;
import ham.runtime.image.ImageDecoder;
import ham.runtime.image.Resample;
import ham.runtime.image.RgbImage;
import ham.testing.TestData;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Base64;
import java.util.List;
import java.util.stream.IntStream;
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
        assertThat(Preprocessing.ofCheckpoint(TestData.path("backbone"), 32)).isEqualTo(Preprocessing.vitDefault(32));
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
                "\"resample\": 2 | \"resample\": 2, \"do_pad\": true | expected do_pad to be one of the steps do_resize, do_center_crop, do_rescale, do_normalize, do_convert_rgb, do_reduce_labels, found another step.",
                "\"resample\": 2 | \"resample\": 2, \"do_resize\": 1 | expected do_resize to be true or false, found 1.",
                "\"resample\": 2 | \"resample\": 2, \"image_processor_type\": \"MobileViTImageProcessor\" | expected image_processor_type to be the image processor of one of ViT, DeiT, Beit, Siglip, Pvt, Blip, CLIP, Bit, MobileNetV, ConvNext, Levit, found MobileViTImageProcessor.",
                "\"resample\": 2 | \"resample\": 2, \"rescale_factor\": \"x\" | expected rescale_factor to be a number, found \"x\".",
                "\"height\": 4 | \"height\": 0 | expected size to be whole pixels from 1 to 10000, found 0.",
                "\"height\": 4 | \"longest_edge\": 4 | expected size to be a number, {height, width}, {shortest_edge} or {shortest_edge, longest_edge}, found {\"longest_edge\":4,\"width\":4}.",
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

        assertThatThrownBy(() -> Preprocessing.fromJson(fixed).apply(small))
                .isInstanceOf(ModelException.class)
                .hasMessage("Expected an image of 4x4 pixels, found 3x3.");
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

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "\"default_to_square\": false, \"size\": 8, \"do_center_crop\": true, \"crop_size\": 4 | ShortestEdge[pixels=8]",
                "\"default_to_square\": false, \"size\": 8, \"max_size\": 9, \"do_center_crop\": true, \"crop_size\": 4 | EdgeRange[shortest=8, longest=9]",
                "\"size\": {\"shortest_edge\": 8, \"longest_edge\": 9}, \"do_center_crop\": true, \"crop_size\": 4 | EdgeRange[shortest=8, longest=9]",
                "\"size\": 4 | Exact[height=4, width=4]",
                "\"size\": [4, 4] | Exact[height=4, width=4]",
                "\"image_processor_type\": \"ConvNextImageProcessor\", \"size\": {\"shortest_edge\": 4}, \"crop_pct\": 0.5 | ShortestEdge[pixels=8]",
                "\"image_processor_type\": \"LevitImageProcessor\", \"size\": {\"shortest_edge\": 7}, \"crop_size\": 4 | ShortestEdge[pixels=8]"
            })
    void readsASizeHoweverItIsWritten(String keys, String resizing) {
        Preprocessing read = Preprocessing.fromJson("{" + keys + "}");

        assertThat(read.resizing()).hasToString(resizing);
        assertThat(read.height()).isEqualTo(4);
        assertThat(Preprocessing.fromJson(read.toJson())).isEqualTo(read);
    }

    @Test
    void takesTheDefaultsOfTheProcessorThatIsNamed() {
        Preprocessing bit = Preprocessing.fromJson("{\"image_processor_type\": \"BitImageProcessorFast\"}");
        assertThat(bit)
                .isEqualTo(new Preprocessing(
                        new Resizing.ShortestEdge(224),
                        Resample.BICUBIC,
                        Crop.CENTER,
                        224,
                        224,
                        1.0 / 255,
                        List.of(0.48145466, 0.4578275, 0.40821073),
                        List.of(0.26862954, 0.26130258, 0.27577711)));
        assertThat(Preprocessing.fromJson("{\"image_processor_type\": \"ViTImageProcessorPil\"}"))
                .isEqualTo(Preprocessing.vitDefault(224));
        assertThat(Preprocessing.fromJson("{\"image_processor\": {\"size\": 4}, \"processor_class\": \"X\"}"))
                .isEqualTo(Preprocessing.vitDefault(4));
        assertThat(Preprocessing.fromJson("{\"image_processor_type\": \"SiglipImageProcessor\"}")
                        .resample())
                .isEqualTo(Resample.BICUBIC);
    }

    @Test
    void keepsTheLongerEdgeWithinItsBound() {
        Resizing range = new Resizing.EdgeRange(8, 12);

        assertThat(size(range.apply(RgbImage.ofGray(20, 16, new byte[320]), Resample.BILINEAR)))
                .isEqualTo("10x8");
        assertThat(size(range.apply(RgbImage.ofGray(40, 10, new byte[400]), Resample.BILINEAR)))
                .isEqualTo("12x3");
        assertThat(size(range.apply(RgbImage.ofGray(10, 40, new byte[400]), Resample.BILINEAR)))
                .isEqualTo("3x12");
    }

    private static String size(RgbImage image) {
        return image.width() + "x" + image.height();
    }

    /** As transformers and torchvision pad: they differ in where the odd column goes. */
    @Test
    void cropsBeyondASmallImageInBlack() {
        RgbImage image = RgbImage.ofGray(1, 2, new byte[] {7, 9});

        assertThat(grays(Crop.CENTER.apply(image, 4, 2))).containsExactly(0, 0, 7, 0, 0, 0, 9, 0);
        assertThat(grays(Crop.CENTER_HALF_EVEN.apply(image, 4, 2))).containsExactly(0, 7, 0, 0, 0, 9, 0, 0);
        assertThat(grays(Crop.CENTER.apply(image, 3, 1))).containsExactly(0, 7, 0);
    }

    private static int[] grays(RgbImage image) {
        return IntStream.range(0, image.width() * image.height())
                .map(i -> image.rgb()[3 * i])
                .toArray();
    }

    @Test
    void turnsImagesWhereTheSourceOfTheCheckpointDoes() throws IOException {
        RgbImage held = new RgbImage(1, 2, new byte[] {1, 2, 3, 4, 5, 6}, 6);
        Preprocessing transformers =
                Preprocessing.fromJson("{\"do_resize\": false, \"size\": {\"height\": 1, \"width\": 2}}");
        Preprocessing torchvision = Preprocessing.imagenet(224);

        assertThat(transformers.resize(held).rgb()).containsExactly(4, 5, 6, 1, 2, 3);
        assertThat(transformers.turns()).isTrue();
        assertThat(torchvision.turns()).isFalse();
        assertThat(torchvision.held(held)).isSameAs(held);
        assertThat(Preprocessing.fromJson(torchvision.toJson())).isEqualTo(torchvision);
        Files.writeString(
                folder.resolve("config.json"),
                "{\"model_type\": \"timm_wrapper\", \"architecture\": \"vit\", \"pretrained_cfg\": {}}");
        Preprocessing wrapped = Preprocessing.ofCheckpoint(folder, 32);
        assertThat(wrapped.turns()).isTrue();
        assertThat(wrapped.crop()).isEqualTo(Crop.CENTER_HALF_EVEN);
        assertThat(Preprocessing.fromJson(wrapped.toJson())).isEqualTo(wrapped);
        assertThat(Preprocessing.warning(folder)).isEmpty();
    }

    @Test
    void saysWhatItAssumesOfACheckpointThatSaysNothing() throws IOException {
        assertThat(Preprocessing.warning(TestData.path("backbone"))).isEmpty();
        assertThat(Preprocessing.warning(TestData.path("hf-vit-tiny")).orElseThrow())
                .contains(
                        "hf-vit-tiny: no preprocessor_config.json; assumed that images are resized to 32x32 (bilinear), and")
                .contains("mean 0.5");
        Files.writeString(folder.resolve("config.json"), "{\"model_type\": \"deit\", \"image_size\": 224}");
        assertThat(Preprocessing.warning(folder).orElseThrow()).contains("256x256 (bicubic), cropped to 224x224");
        assertThat(Preprocessing.ofCheckpoint(folder, 224).resizing()).isEqualTo(new Resizing.Exact(256, 256));
        Files.writeString(
                folder.resolve("config.json"), "{\"model_type\": \"clip\", \"vision_config\": {\"image_size\": 336}}");
        assertThat(Preprocessing.warning(folder).orElseThrow()).contains("resized to 336x336");
        for (String encoder : List.of("bert", "distilbert", "mpnet-bare")) {
            assertThat(Preprocessing.warning(TestData.path("encoders/" + encoder)))
                    .as(encoder)
                    .isEmpty();
        }
        for (String encoder : List.of("beit", "clip-classifier")) {
            Files.copy(
                    TestData.path("encoders/" + encoder + "/config.json"),
                    folder.resolve("config.json"),
                    StandardCopyOption.REPLACE_EXISTING);
            assertThat(Preprocessing.warning(folder).orElseThrow()).as(encoder).contains("resized to 32x32");
        }
    }
}
