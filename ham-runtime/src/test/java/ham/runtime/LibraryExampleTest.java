package ham.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import ham.runtime.classify.Classifier;
import ham.runtime.classify.Prediction;
import ham.runtime.image.ImageDecoder;
import ham.runtime.image.RgbImage;
import ham.runtime.model.SessionSettings;
import ham.testing.TestData;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** The example of {@code docs/runtime.md} compiles, works, and is what stands there. */
class LibraryExampleTest {
    private static final String BEGIN = "        // begin\n";
    private static final String END = "        // end\n";

    @Test
    void theExampleOfTheDocumentationWorks() throws IOException {
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        PrintStream out = new PrintStream(printed, true, StandardCharsets.UTF_8);
        Path file = TestData.path("onnx/colors.onnx");
        Path photo = TestData.path("pillow/rgb.png");
        // begin
        SessionSettings settings = new SessionSettings(2);
        try (Classifier classifier = Classifier.open(file, settings)) {
            classifier.warmUp(3);
            RgbImage image = ImageDecoder.decode(photo);
            for (Prediction each : classifier.classify(image, 5)) {
                out.println(each.label() + " " + each.probability());
            }
        }
        // end
        assertThat(printed.toString(StandardCharsets.UTF_8).lines()).hasSize(3);
    }

    @Test
    void theDocumentationShowsThisExample() throws IOException {
        Path source = TestData.path("../ham-runtime/src/test/java/ham/runtime/LibraryExampleTest.java");
        String text = Files.readString(source);
        String example = text.substring(text.indexOf(BEGIN) + BEGIN.length(), text.indexOf(END))
                .stripTrailing()
                .stripIndent();

        assertThat(Files.readString(TestData.path("../docs/runtime.md"))).contains(example);
    }
}
