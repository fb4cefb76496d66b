package ham.runtime.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import ham.runtime.TestData;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MainTest {
    private static final String MODEL = TestData.path("onnx/colors.onnx").toString();
    private static final String BARE = TestData.path("onnx/colors_bare.onnx").toString();
    private static final String IMAGE = TestData.path("pillow/rgb.png").toString();

    @TempDir
    private Path folder;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    @Test
    void printsTheBestLabelsOfEveryImage() {
        assertThat(run(MODEL, IMAGE, "--top", "2", IMAGE)).isZero();

        assertThat(text(out).lines()).hasSize(6).startsWith(IMAGE).element(3).isEqualTo(IMAGE);
        assertThat(text(out).lines().toList().get(1)).matches("   \\d\\d\\.\\d\\d %  (red|green|blue)");
        assertThat(text(err)).isEmpty();
    }

    @Test
    void printsOneJsonDocument() throws IOException {
        assertThat(run("--json", "--threads=1", "--backend=onnxruntime-cpu", MODEL, IMAGE))
                .isZero();

        JsonNode json = new ObjectMapper().readTree(text(out));
        assertThat(json.path("model").textValue()).isEqualTo(MODEL);
        JsonNode predictions = json.path("images").path(0).path("predictions");
        assertThat(predictions).hasSize(3);
        double sum = 0;
        for (JsonNode prediction : predictions) {
            sum += prediction.path("probability").doubleValue();
        }
        assertThat(sum).isCloseTo(1, within(1e-9));
    }

    @Test
    void runsAModelWithoutMetadataWhenLabelsAndPreprocessingAreGiven() throws IOException {
        Path lines = Files.writeString(folder.resolve("labels.txt"), "red\ngreen\nblue\n");
        Path config = Files.writeString(
                folder.resolve("config.json"), "{\"id2label\": {\"0\": \"red\", \"2\": \"blue\", \"1\": \"green\"}}");
        run(MODEL, IMAGE);
        String told = text(out);
        out.reset();

        assertThat(run(BARE, IMAGE, "--labels", lines.toString(), "--preprocessing", "half"))
                .isZero();
        assertThat(run(BARE, IMAGE, "--labels", config.toString(), "--preprocessing", "half"))
                .isZero();
        assertThat(text(out)).isEqualTo(told + told);
    }

    @Test
    void saysWhichOptionAModelWithoutMetadataNeeds() {
        assertThat(run(BARE, IMAGE, "--preprocessing", "imagenet")).isEqualTo(1);

        assertThat(text(err))
                .startsWith("ham-runtime: " + BARE)
                .contains("found no ham.labels; give labels (--labels)");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--top 0 a.onnx b.png | 2 | --top: expected a whole number of at least 1, found 0; --help shows",
                "--top many a.onnx b.png | 2 | found many",
                "a.onnx b.png --threads | 2 | --threads: expected a value, found none",
                "a.onnx b.png --tpo 3 | 2 | unknown option --tpo",
                "a.onnx | 2 | expected a model and at least one image, found only a.onnx",
                "none.onnx none.png | 1 | none.onnx: expected an ONNX model, found no such file.",
                "none.onnx none.png --labels none.txt | 1 | none.txt: expected a file of labels, but it cannot be read",
                "a.onnx b.png --backend gpu | 2 | --backend: expected one of auto, onnxruntime-tensorrt,"
            })
    void refusesInOneLine(String line, int code, String message) {
        assertThat(run(line.split(" "))).isEqualTo(code);

        assertThat(text(err)).contains(message).startsWith("ham-runtime: ").hasLineCount(1);
        assertThat(text(out)).isEmpty();
    }

    @Test
    void saysWhatAutoRunsOn() {
        assertThat(run(MODEL, IMAGE, "--backend", "auto")).isZero();

        assertThat(text(err).lines()).last(InstanceOfAssertFactories.STRING).startsWith("running on onnxruntime-");
    }

    @Test
    void refusesImagesThatAreNone() throws IOException {
        Path text = Files.writeString(folder.resolve("text.png"), "no image");

        assertThat(run(MODEL, text.toString())).isEqualTo(1);

        assertThat(text(err)).contains("expected a PNG, JPEG, GIF or BMP image");
    }

    @Test
    void showsItsOptions() {
        assertThat(run("--help")).isZero();
        assertThat(run("--version")).isZero();

        assertThat(text(out)).contains("--top K").contains("ONNX Runtime 1.");
    }

    private int run(String... typed) {
        return Main.run(
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                typed);
    }

    private static String text(ByteArrayOutputStream bytes) {
        return bytes.toString(StandardCharsets.UTF_8);
    }
}
