package ham.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Every command of the pages that show sessions prints what stands there. */
@DisabledOnOs(OS.WINDOWS)
class TutorialTest {
    @TempDir
    private Path folder;

    private static Transcript page(String name) throws IOException {
        return Transcript.of(Cli.testdata("../docs/" + name));
    }

    @Test
    void theTutorialPrintsWhatItShows() throws IOException, InterruptedException {
        Transcript tutorial = page("tutorial.md");
        assertThat(tutorial.steps()).hasSizeGreaterThan(10);
        tutorial.holdsIn(folder);
    }

    @Test
    void theQuestionsShowRealErrors() throws IOException, InterruptedException {
        Transcript questions = page("faq.md");
        assertThat(questions.steps()).hasSizeGreaterThan(10);
        questions.holdsIn(folder);
    }

    /** The picture of the README is what ham draws of the figures beside it. */
    @Test
    void thePictureIsDrawnFromItsFigures() throws IOException, InterruptedException {
        Path images = Cli.testdata("../docs/images");
        Path drawn = folder.resolve("memory.svg");
        Process draw = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin/java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        images.resolve("Draw.java").toString(),
                        images.resolve("memory.csv").toString(),
                        drawn.toString())
                .inheritIO()
                .start();
        assertThat(draw.waitFor()).isZero();
        assertThat(drawn).hasSameTextualContentAs(images.resolve("memory.svg"));
    }

    @Test
    void aTranscriptIsComparedByItsWordsAndItsNumbers() {
        List<String> shown = List.of("...", "accuracy  48.9 %", "three of 3");
        assertThat(Transcript.fit(shown, List.of("accuracy 48.8 %", "three of 3"), false))
                .isTrue();
        assertThat(Transcript.fit(shown, List.of("before", "accuracy 48.9 %", "three of 3"), false))
                .isTrue();
        assertThat(Transcript.fit(shown, List.of("accuracy 48.7 %", "three of 3"), false))
                .isFalse();
        assertThat(Transcript.fit(shown, List.of("accuracy 48.9 %", "three of 4"), false))
                .isFalse();
        assertThat(Transcript.fit(shown, List.of("accuracy 12.3 %", "three of 4"), true))
                .isTrue();
        assertThat(Transcript.fit(shown, List.of("accuracy 48.9 %", "four of 3"), true))
                .isFalse();
        assertThat(Transcript.fit(shown, List.of("accuracy 48.9 %", "three of 3", "more"), true))
                .isFalse();
    }
}
