package ham.cli;

import static ham.cli.Cli.ham;
import static ham.cli.Cli.testdata;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code ham export --precision} and what belongs to it. */
class NumberFormatOptionsTest {
    private static final Path BASE = testdata("hf-vit-tiny");

    @TempDir
    private Path temp;

    private Path images;

    /** Two classes of ten images, light and dark, of which the model knows nothing, and the same images in one plain folder. */
    @BeforeEach
    void images() throws IOException {
        images = Files.createDirectories(temp.resolve("images"));
        for (int i = 0; i < 20; i++) {
            BufferedImage image = new BufferedImage(32, 32, BufferedImage.TYPE_INT_RGB);
            for (int pixel = 0; pixel < 1024; pixel++) {
                image.setRGB(pixel % 32, pixel / 32, (i * 4951 + (pixel / (3 + i)) * 977 * (1 + i)) & 0xffffff);
            }
            ImageIO.write(image, "png", images.resolve("image" + i + ".png").toFile());
            for (String use : List.of("train", "test")) {
                Path folder = temp.resolve("data").resolve(use).resolve("LABEL_" + i % 2);
                ImageIO.write(
                        image,
                        "png",
                        Files.createDirectories(folder).resolve(i + ".png").toFile());
            }
        }
    }

    @Test
    void int8IsCalibratedAndComparedOnRealImages() {
        JsonNode json = export("--precision", "int8", "--calibrate", images, "--data", temp.resolve("data"), "--json")
                .succeeds()
                .json();
        assertThat(json.path("precision").asText()).isEqualTo("int8 static");
        assertThat(json.path("flavor").asText()).isEqualTo("standard");
        JsonNode accuracy = json.path("accuracy");
        assertThat(accuracy.path("images").asInt()).isEqualTo(20);
        assertThat(accuracy.path("top1_agreement").asDouble()).isGreaterThan(0.7);
        assertThat(accuracy.path("loss").asDouble())
                .isEqualTo(accuracy.path("fp32").asDouble()
                        - accuracy.path("accuracy").asDouble());
        assertThat(json.path("parity").path("samples").asInt()).isEqualTo(20);
    }

    @Test
    void dataFoldersCalibrateToo() {
        Cli text = export(
                "--precision",
                "int8",
                "--flavor",
                "ort",
                "--calibrate",
                temp.resolve("data"),
                "--calibration-images",
                7);
        assertThat(text.succeeds().out()).contains("7 images of").contains("int8 static");
    }

    @Test
    void optionsThatDoNotFitAreRefused() {
        export("--precision", "int4").failsWith(2, "--precision: expected one of fp32, fp16, int8, found 'int4'");
        export("--flavor", "gpu").failsWith(2, "--flavor: expected one of standard, ort");
        export("--calibrate", images).failsWith(2, "expected --precision int8, found --precision fp32");
        export("--precision", "fp16", "--float-layers", "query").failsWith(2, "expected --precision int8");
        export("--precision", "int8", "--float-layers", "(").failsWith(2, "regular expression");
        export("--precision", "int8", "--calibrate", images, "--calibration-images", 0)
                .failsWith(2, "--calibration-images: expected 1 or more, found 0");
        export("--precision", "int8", "--calibrate", images, "--calibration", "max")
                .failsWith(2, "expected one of minmax, percentile");
        export("--precision", "int8", "--calibration", "percentile")
                .failsWith(2, "--calibration: expected images to calibrate on, found none; give --calibrate");
        export("--precision", "int8", "--calibration-images", 8)
                .failsWith(2, "--calibration-images: expected images to calibrate on, found none");
        export("--precision", "int8", "--calibrate", temp.resolve("none")).failsWith(1, "none", "found nothing");
        assertThat(temp.resolve("model.onnx")).doesNotExist();
    }

    @Test
    void aGraphThatExistsKeepsItsFormat() {
        Object[] bake = {
            "export",
            "--base",
            testdata("onnx-exports/hf-sdpa/ts17.onnx"),
            "--weights",
            BASE,
            "--merged",
            testdata("ham-reference/peft6.default.merged.safetensors"),
            "--out",
            temp.resolve("baked.onnx"),
            "--precision",
            "int8"
        };
        ham(bake).failsWith(1, "ts17.onnx", "expected the model's own format, found fp32", "checkpoint's folder");
        bake[10] = "fp32";
        ham(bake).succeeds();
        bake[8] = temp.resolve("other.onnx");
        bake[9] = "--flavor";
        bake[10] = "ort";
        ham(bake).failsWith(2, "expected a checkpoint as --base");
        bake[9] = "--calibration";
        bake[10] = "nonsense";
        ham(bake).failsWith(2, "--calibration", "expected a checkpoint as --base");
        bake[9] = "--calibration-images";
        bake[10] = 4;
        ham(bake).failsWith(2, "--calibration-images", "expected a checkpoint as --base");
    }

    @Test
    void mergedTokensAreSaidAndComparedOnRealImages() {
        Cli made = export("--merge-tokens", 1, "--data", temp.resolve("data"));
        assertThat(made.succeeds().out())
                .contains("a tenth of the top classes may differ", "tokens are merged, 1 a block; before that")
                .contains("fp32 with merged tokens (1 a block)", "accuracy on 20 test images");
        JsonNode json = export("--merge-tokens", 1, "--data", temp.resolve("data"), "--force", "--json")
                .succeeds()
                .json();
        assertThat(json.path("token_merging").asInt()).isEqualTo(1);
        assertThat(json.path("accuracy").path("top1_agreement").asDouble()).isGreaterThan(0.8);
        assertThat(ham("inspect", temp.resolve("model.onnx")).succeeds().out()).contains("ham.token_merging = 1");
        assertThat(export("--force", "--json").succeeds().json().has("token_merging"))
                .isFalse();
    }

    @Test
    void mergedTokensComeInOtherFormsAndPackages() {
        Path folder = temp.resolve("triton");
        ham(
                        "export",
                        "--base",
                        testdata("backbone"),
                        "--merge-tokens",
                        4,
                        "--input",
                        "uint8",
                        "--output",
                        "top-k",
                        "--features",
                        "--package",
                        "triton",
                        "--out",
                        folder)
                .succeeds();
        Path model = folder.resolve("ham/1/model.onnx");
        assertThat(ham("inspect", model).succeeds().out()).contains("ham.token_merging = 4", "ham.output = top-k");
        assertThat(ham("run", model, images.resolve("image3.png")).succeeds().out())
                .contains("image3.png");
    }

    @Test
    void tokensThatCannotBeMergedAreRefused() {
        export("--merge-tokens", 5)
                .failsWith(
                        2, "--merge-tokens: expected 0 to 4 for 16 patches and 4 blocks, as a block merges", "found 5");
        ham("export", "--base", testdata("encoders/bert"), "--out", temp.resolve("model.onnx"), "--merge-tokens", 1)
                .failsWith(2, "--merge-tokens: expected a ViT or DeiT with a classifier", "found BERT");
        ham(
                        "export",
                        "--base",
                        testdata("onnx-exports/hf-sdpa/ts17.onnx"),
                        "--merged",
                        testdata("ham-reference/peft6.default.merged.safetensors"),
                        "--out",
                        temp.resolve("model.onnx"),
                        "--merge-tokens",
                        1)
                .failsWith(2, "--merge-tokens", "expected a checkpoint as --base");
        export("--merge-tokens", 1, "--package", "per-task")
                .failsWith(2, "--merge-tokens", "expected the merged model, found a --package of tasks");
        assertThat(temp.resolve("model.onnx")).doesNotExist();
    }

    @Test
    void theFastestFormMayHaveMergedTokensWhereTheyAreAskedFor() {
        Path model = temp.resolve("model.onnx");
        Object[] arguments = {
            "export",
            "--base",
            testdata("backbone"),
            "--out",
            model,
            "--merge-tokens",
            8,
            "--flavor",
            "fastest",
            "--threads",
            1
        };
        Cli made = ham(arguments).succeeds();
        assertThat(made.err()).contains("as-is ", "ort ", "standard-tokens ", "ort-tokens ");
        boolean won = made.err().contains("-tokens *");
        assertThat(made.out().contains("merged tokens (8 a block)")).isEqualTo(won);
        assertThat(ham("inspect", model).succeeds().out().contains("ham.token_merging"))
                .isEqualTo(won);
    }

    @Test
    void theRecordSaysTheFlavorThatWon() {
        JsonNode json = export("--flavor", "fastest", "--threads", 1, "--json")
                .succeeds()
                .json();
        assertThat(ham("inspect", temp.resolve("model.onnx")).succeeds().out())
                .contains("ham.flavor = " + json.path("flavor").asText());
    }

    /** A random model of sixteen patches, on noise: its answers change where one is merged. */
    @Test
    void aFormThatAnswersOtherwiseIsRefusedAndDoesNotCompete() {
        export("--merge-tokens", 1)
                .failsWith(1, "parity FAILED", "tokens are merged, 1 a block", "merge fewer tokens (merge-tokens)");
        assertThat(temp.resolve("model.onnx")).doesNotExist();
        assertThat(export("--merge-tokens", 1, "--flavor", "fastest", "--threads", 1)
                        .succeeds()
                        .err())
                .contains("standard-tokens is left out", "ort-tokens is left out", "as-is ", "ort ");
    }

    private Cli export(Object... options) {
        List<Object> arguments = new ArrayList<>(List.of(
                "export",
                "--base",
                BASE,
                "--merged",
                testdata("ham-reference/peft6.default.merged.safetensors"),
                "--out",
                temp.resolve("model.onnx")));
        arguments.addAll(List.of(options));
        return ham(arguments.toArray());
    }
}
