package ham.train;

import static org.assertj.core.api.Assertions.assertThat;

import ham.merge.folder.Merged;
import ham.testing.TestData;
import ham.train.config.RunConfig;
import ham.train.learn.LearningMethod;
import ham.train.run.FinishedRun;
import ham.train.run.RunProgress;
import ham.train.run.TinyRun;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The example of the package page compiles, works, and is what stands there. */
class LibraryExampleTest {
    private static final String BEGIN = "        // begin\n";
    private static final String END = "        // end\n";

    @TempDir
    private Path temp;

    @Test
    void theExampleOfThePackagePageWorks() {
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        PrintStream out = new PrintStream(printed, true, StandardCharsets.UTF_8);
        TinyRun.prepare(temp);
        Path checkpoint = temp.resolve("base");
        Path images = temp.resolve("data");
        Path target = temp.resolve("run");
        // begin
        RunConfig config = RunConfig.builder()
                .setBase(checkpoint)
                .setData(images)
                .optTasks(3)
                .optMethod(LearningMethod.HAM)
                .optRank(4)
                .build();
        FinishedRun run = FinishedRun.of(config, target, Map.of(), List.of(), RunProgress.SILENT);
        out.println("average accuracy after the last task: " + run.metrics().last());
        Merged deltas = Merged.read(run.folder().resolve("merged"));
        // end
        assertThat(printed.toString(StandardCharsets.UTF_8))
                .matches("average accuracy after the last task: 0?1?\\.\\d+\\R");
        assertThat(deltas.deltas()).hasSize(4);
        assertThat(RunConfig.read(target)).isEqualTo(config);
    }

    @Test
    void thePackagePageShowsThisExample() throws IOException {
        Path sources = TestData.path("../ham-train/src");
        String test = Files.readString(sources.resolve("test/java/ham/train/LibraryExampleTest.java"));
        String example = test.substring(test.indexOf(BEGIN) + BEGIN.length(), test.indexOf(END))
                .stripTrailing()
                .stripIndent()
                .lines()
                .map(line -> " * " + line)
                .collect(Collectors.joining("\n"));

        assertThat(Files.readString(sources.resolve("main/java/ham/train/package-info.java")))
                .contains(example);
    }
}
