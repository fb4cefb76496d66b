package ham.job;

import static org.assertj.core.api.Assertions.assertThat;

import ham.runtime.classify.Classifier;
import ham.runtime.model.SessionSettings;
import ham.train.config.RunConfig;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The example of the package page compiles, works, and is what stands there. */
class LibraryExampleTest {
    private static final Path TESTDATA =
            Path.of(System.getProperty("ham.testdata", "../testdata")).toAbsolutePath();
    private static final String BEGIN = "        // begin\n";
    private static final String END = "        // end\n";

    @TempDir
    private Path temp;

    @Test
    void theExampleOfThePackagePageWorks() throws IOException {
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        PrintStream stdout = new PrintStream(printed, true, StandardCharsets.UTF_8);
        Path base = TESTDATA.resolve("hf-vit-tiny");
        Path data = images();
        Path out = temp.resolve("run");
        // begin
        RunConfig config = RunConfig.builder()
                .setBase(base)
                .setData(data)
                .optTasks(2)
                .optRank(4)
                .optEpochs(1)
                .build();
        Path run = Job.builder().setConfig(config).setOut(out).build().run();
        try (Classifier classifier = Classifier.open(run.resolve(Job.MODEL), new SessionSettings(1))) {
            stdout.println(classifier.labels());
        }
        // end
        assertThat(printed.toString(StandardCharsets.UTF_8)).contains("grey0", "grey1", "grey2", "grey3");
        assertThat(run.resolve(Job.EXPORT))
                .content()
                .contains("\"parity\"", "\"passed\" : true", "\"out\" : \"model.onnx\"");
        assertThat(run.resolve("report.html")).exists();
        assertThat(Job.builder()
                        .setConfig(config)
                        .setOut(out)
                        .optResume(true)
                        .build()
                        .run())
                .isEqualTo(run);
    }

    /** Four classes of four training and two test images, each of one grey. */
    private Path images() throws IOException {
        Path data = temp.resolve("data");
        for (String part : new String[] {"train", "test"}) {
            for (int label = 0; label < 4; label++) {
                Path folder = Files.createDirectories(data.resolve(part).resolve("grey" + label));
                for (int i = 0; i < (part.equals("train") ? 4 : 2); i++) {
                    BufferedImage image = new BufferedImage(32, 32, BufferedImage.TYPE_INT_RGB);
                    for (int pixel = 0; pixel < 32 * 32; pixel++) {
                        image.setRGB(pixel % 32, pixel / 32, (60 * label + 5 * i) * 0x10101);
                    }
                    ImageIO.write(image, "png", folder.resolve(i + ".png").toFile());
                }
            }
        }
        return data;
    }

    @Test
    void thePackagePageShowsThisExample() throws IOException {
        Path sources = TESTDATA.resolveSibling("ham-job").resolve("src");
        String test = Files.readString(sources.resolve("test/java/ham/job/LibraryExampleTest.java"));
        String example = test.substring(test.indexOf(BEGIN) + BEGIN.length(), test.indexOf(END))
                .stripTrailing()
                .stripIndent()
                .lines()
                .map(line -> (" * " + line).stripTrailing())
                .collect(Collectors.joining("\n"));
        assertThat(Files.readString(sources.resolve("main/java/ham/job/package-info.java")))
                .contains(example);
    }
}
