package ham.runtime.preprocess;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ham.runtime.ModelException;
import ham.runtime.image.Resample;
import ham.runtime.image.RgbImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TimmPreprocessingTest {
    private static final String HALF = "\"mean\": [0.5, 0.5, 0.5], \"std\": [0.5, 0.25, 0.5]";

    @TempDir
    private Path folder;

    private Preprocessing read(String pretrained, int size) throws IOException {
        Files.writeString(
                folder.resolve("config.json"),
                "{\"architecture\": \"vit_tiny_patch16_224\", \"pretrained_cfg\": {" + pretrained + "}}");
        return Preprocessing.ofCheckpoint(folder, size);
    }

    @Test
    void readsWhatThePretrainedCfgSays() throws IOException {
        assertThat(read("\"interpolation\": \"bicubic\", \"crop_pct\": 0.9, " + HALF, 224))
                .isEqualTo(new Preprocessing(
                        new Resizing.ShortestEdge(248),
                        Resample.BICUBIC,
                        Crop.CENTER_HALF_EVEN,
                        224,
                        224,
                        1.0 / 255,
                        List.of(0.5, 0.5, 0.5),
                        List.of(0.5, 0.25, 0.5)));
        assertThat(read("\"crop_mode\": \"squash\", \"crop_pct\": 1.0", 384).resizing())
                .isEqualTo(new Resizing.Exact(384, 384));
    }

    @Test
    void whatIsLeftOutHasTimmsDefault() throws IOException {
        Preprocessing bare = read("\"interpolation\": null", 224);
        assertThat(bare.resizing()).isEqualTo(new Resizing.ShortestEdge(256));
        assertThat(bare.resample()).isEqualTo(Resample.BICUBIC);
        assertThat(bare.mean()).containsExactly(0.485, 0.456, 0.406);
        assertThat(bare.std()).containsExactly(0.229, 0.224, 0.225);
    }

    /** A margin of 1 pixel rounds to 0, of 3 to 2, of 5 to 2; Hugging Face rounds down. */
    @ParameterizedTest
    @CsvSource({"5, 0, 0", "6, 1, 1", "7, 2, 1", "8, 2, 2", "9, 2, 2", "10, 3, 3", "11, 4, 3"})
    void theCropIsThatOfTorchvision(int width, int timm, int huggingFace) throws IOException {
        Preprocessing cropped = read("\"crop_pct\": 1, " + HALF, 4);
        byte[] gray = new byte[width * 4];
        for (int i = 0; i < gray.length; i++) {
            gray[i] = (byte) (i % width);
        }
        RgbImage image = RgbImage.ofGray(width, 4, gray);
        assertThat((int) cropped.resize(image).rgb()[0]).isEqualTo(timm);
        Preprocessing again = Preprocessing.fromJson(cropped.toJson());
        assertThat(again).isEqualTo(cropped);
        assertThat((int) Preprocessing.fromJson(cropped.toJson().replace("half_even", "down"))
                        .resize(image)
                        .rgb()[0])
                .isEqualTo(huggingFace);
        assertThatThrownBy(() -> Preprocessing.fromJson(cropped.toJson().replace("half_even", "up")))
                .hasMessageContaining("expected crop_rounding to be down or half_even, found up");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
            "interpolation": "random"    | expected interpolation to be a filter of Pillow by its name, found random
            "crop_pct": 1.2              | expected crop_pct to be a part of the image above 0.01 and up to 1, found 1.2
            "crop_mode": "border"        | expected crop_mode to be center or squash, found border
            "mean": [0.5]                | expected mean to be 3 numbers
            "std": [1, 1, 0]             | expected std to be numbers other than 0
            """)
    void whatCannotBeExpressedIsRefused(String pretrained, String message) {
        assertThatThrownBy(() -> read(pretrained, 224))
                .isInstanceOf(ModelException.class)
                .hasMessageStartingWith(folder.resolve("config.json").toString())
                .hasMessageContaining(message);
    }

    @Test
    void aPreprocessorConfigOfHuggingFaceComesFirst() throws IOException {
        read(HALF, 4);
        Files.writeString(
                folder.resolve(Preprocessing.HUGGING_FACE_FILE),
                "{\"size\": 4, \"resample\": 0, \"image_mean\": 0, \"image_std\": 1}");
        assertThat(Preprocessing.ofCheckpoint(folder, 4).resample()).isEqualTo(Resample.NEAREST);
    }

    @Test
    void anotherLibrarysConfigurationHasTheDefaultOfVit() throws IOException {
        assertThat(Preprocessing.ofCheckpoint(folder, 32)).isEqualTo(Preprocessing.vitDefault(32));
        Files.writeString(folder.resolve("config.json"), "{\"model_type\": \"vit\"}");
        assertThat(Preprocessing.ofCheckpoint(folder, 32)).isEqualTo(Preprocessing.vitDefault(32));
    }
}
