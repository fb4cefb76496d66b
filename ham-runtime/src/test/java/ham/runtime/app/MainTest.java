package ham.runtime.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import ham.testing.TestData;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Supplier;
import javax.imageio.ImageIO;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

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

        assertThat(text(err)).startsWith("ham-runtime: " + BARE).contains("found no ham.labels; give labels");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--top 0 a.onnx b.png | 2 | --top: expected a whole number of at least 1, found 0; --help shows",
                "--top many a.onnx b.png | 2 | found many",
                "a.onnx b.png --threads | 2 | --threads: expected a value, found none",
                "a.onnx b.png --json=false | 2 | --json: expected no value, found false; --help shows",
                "a.onnx b.png --debug= | 2 | --debug: expected no value, found ;",
                "--version=1 | 2 | --version: expected no value, found 1;",
                "a.onnx b.png --tpo 3 | 2 | unknown option --tpo",
                "a.onnx | 2 | expected a model and at least one image, found only a.onnx",
                "none.onnx none.png | 1 | none.onnx: expected an ONNX model, found no such file.",
                "none.onnx none.png --labels none.txt | 1 | none.txt: expected a file of labels, found no such file.",
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

        assertThat(text(err)).contains("expected a PNG, JPEG, GIF, BMP, TIFF or PPM image");
    }

    @Test
    void saysWhereAPointerStandsForTheFile() throws IOException {
        Path pointer = Files.writeString(
                folder.resolve("pointer"), "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 3\n");

        assertThat(run(pointer.toString(), IMAGE)).isEqualTo(1);
        assertThat(run(MODEL, pointer.toString())).isEqualTo(1);
        assertThat(run(BARE, IMAGE, "--labels", pointer.toString())).isEqualTo(1);
        assertThat(text(err).lines())
                .hasSize(3)
                .allMatch(line -> line.startsWith("ham-runtime: " + pointer + ": expected a")
                        && line.endsWith(", found a Git LFS pointer, which stands for the file in a clone without"
                                + " git-lfs; fetch the file with 'git lfs pull'."));
    }

    @Test
    void answersForTheImagesThatCanBeReadAndNamesTheOthers() throws IOException {
        Path broken = Files.writeString(folder.resolve("broken.jpg"), "no image");

        assertThat(run(MODEL, IMAGE, broken.toString(), IMAGE, "--top", "1")).isEqualTo(1);
        assertThat(text(out).lines()).hasSize(4).startsWith(IMAGE).element(2).isEqualTo(IMAGE);
        assertThat(text(err))
                .startsWith("ham-runtime: " + broken + ": expected a ")
                .hasLineCount(1);

        out.reset();
        assertThat(run(MODEL, broken.toString(), IMAGE, "--json")).isEqualTo(1);
        JsonNode images = new ObjectMapper().readTree(text(out)).path("images");
        assertThat(images).hasSize(2);
        assertThat(images.at("/0/error").textValue()).startsWith(broken + ": expected a ");
        assertThat(images.at("/0/predictions")).isEmpty();
        assertThat(images.at("/1/predictions")).hasSize(3);
        assertThat(images.path(1).has("error")).isFalse();
    }

    @Test
    void makesTheScoresThatAreAskedFor() throws IOException {
        assertThat(run(MODEL, IMAGE, "--json", "--scores", "sigmoid")).isZero();
        JsonNode json = new ObjectMapper().readTree(text(out));
        assertThat(json.path("scores").textValue()).isEqualTo("sigmoid");
        for (JsonNode each : json.at("/images/0/predictions")) {
            assertThat(each.path("probability").doubleValue())
                    .isCloseTo(1 / (1 + Math.exp(-each.path("logit").doubleValue())), within(1e-12));
        }

        out.reset();
        assertThat(run(MODEL, IMAGE, "--scores", "none", "--top", "1")).isZero();
        assertThat(text(out).lines().toList().get(1)).matches(" *-?\\d+\\.\\d+  (red|green|blue)");
        assertThat(run(MODEL, IMAGE, "--scores", "best")).isEqualTo(2);
        assertThat(run(MODEL, IMAGE, "--output", "boxes")).isEqualTo(2);
        assertThat(text(err))
                .contains("--scores: expected auto, softmax, sigmoid or none, found 'best'; --help")
                .contains("--output: expected one of logits, found 'boxes'; --help");
    }

    @Test
    void showsItsOptions() {
        assertThat(run("--help")).isZero();
        assertThat(run("--version")).isZero();

        assertThat(text(out)).contains("--top K").contains("ONNX Runtime 1.");
    }

    @ParameterizedTest
    @ValueSource(strings = {"--version", "--help"})
    void failsInOneLineWhereItsResultsCannotBeWritten(String option) {
        assertThat(runOn(() -> new IOException("full"), option)).isEqualTo(1);

        assertThat(text(err))
                .isEqualTo("ham-runtime: standard output: cannot be written (a full disk, or nobody reads it)"
                        + System.lineSeparator());
    }

    @Test
    void failsInOneLineOnAnyFaultAndShowsWhereWithDebug() {
        assertThat(runOn(() -> new OutOfMemoryError("Java heap space"), "--version"))
                .isEqualTo(1);
        assertThat(text(err))
                .startsWith("ham-runtime: ran out of memory (Java heap space); raise -Xmx")
                .hasLineCount(1);

        err.reset();
        assertThat(runOn(() -> new UnsatisfiedLinkError("no\n such library"), "--version"))
                .isEqualTo(1);
        assertThat(text(err))
                .startsWith(
                        "ham-runtime: a fault in ham-runtime itself (java.lang.UnsatisfiedLinkError: no such library)")
                .hasLineCount(1);

        err.reset();
        assertThat(runOn(() -> new IllegalStateException("wrong"), MODEL, IMAGE, "--debug"))
                .isEqualTo(1);
        assertThat(text(err))
                .startsWith("ham-runtime: a fault in ham-runtime itself (java.lang.IllegalStateException: wrong)")
                .contains("\tat ham.runtime.app.Main.run(");
    }

    /** What the readers of images make of a lack of memory cannot be simulated: a JVM with a small heap shows it. */
    @ParameterizedTest
    @ValueSource(strings = {"png", "jpg"})
    void saysHowMuchHeapAnImageNeeds(String format) throws IOException, InterruptedException {
        Path image = folder.resolve("large." + format);
        ImageIO.write(new BufferedImage(4000, 3000, BufferedImage.TYPE_3BYTE_BGR), format, image.toFile());
        Path told = folder.resolve("told");
        ProcessBuilder builder = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx24m",
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Main.class.getName(),
                        MODEL,
                        image.toString())
                .redirectErrorStream(true)
                .redirectOutput(told.toFile());
        builder.environment().remove("JAVA_TOOL_OPTIONS"); // the JVM would say that it found them

        assertThat(builder.start().waitFor()).isEqualTo(1);
        assertThat(Files.readString(told))
                .contains("ham-runtime: " + image + ": expected about 8")
                .contains(" MB of free heap for an image of 4000x3000, found a heap of at most 2")
                .hasLineCount(1);
    }

    private int runOn(Supplier<Throwable> failure, String... typed) {
        OutputStream broken = new OutputStream() {
            @Override
            public void write(int value) throws IOException {
                Throwable thrown = failure.get();
                if (thrown instanceof Error error) {
                    throw error;
                }
                if (thrown instanceof RuntimeException exception) {
                    throw exception;
                }
                throw (IOException) thrown;
            }
        };
        return Main.run(
                new PrintStream(broken, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                typed);
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
