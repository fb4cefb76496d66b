package ham.train.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ham.merge.InputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunFolderTest {
    @TempDir
    private Path temp;

    private Path out;
    private Path partial;

    @BeforeEach
    void name() {
        out = temp.resolve("deep/run");
        partial = temp.resolve("deep/run.partial");
    }

    /** A run that was stopped after a task. */
    private void leaveUnfinished() throws IOException {
        try (RunFolder folder = RunFolder.open(out, false, false)) {
            Files.createDirectories(folder.checkpoint(0));
            Files.writeString(folder.path(RunFolder.RECORD), "{}");
            Files.writeString(folder.path("model.onnx"), "old");
        }
    }

    @Test
    void aFinishedRunHasItsNameAndNothingElseIsLeft() throws IOException {
        try (RunFolder folder = RunFolder.open(out, false, false)) {
            Files.createDirectories(folder.adapter(0));
            Files.createDirectories(folder.checkpoint(0));
            assertThat(partial).isDirectory();
            assertThat(out).doesNotExist();
            assertThat(folder.finish()).isEqualTo(out);
            assertThat(folder.finishedAdapter(0)).isDirectory();
        }
        assertThat(partial).doesNotExist();
        assertThat(out).isDirectoryContaining("glob:**/adapters").isDirectoryNotContaining("glob:**/.lock");
    }

    @Test
    void twoRunsCannotWorkOnOneFolder() {
        try (RunFolder first = RunFolder.open(out, false, false)) {
            for (boolean force : new boolean[] {false, true}) {
                assertThatThrownBy(() -> RunFolder.open(out, true, force))
                        .isInstanceOf(InputException.class)
                        .hasMessageContaining("another ham process is at work");
            }
            assertThat(first.path()).isDirectory();
        }
    }

    @Test
    void anUnfinishedRunIsGoneOnWithOnlyWhenAsked() throws IOException {
        leaveUnfinished();
        assertThatThrownBy(() -> RunFolder.open(out, false, false))
                .isInstanceOf(InputException.class)
                .hasMessageContainingAll("run.partial", "resume", "force");
        assertThat(partial.resolve("model.onnx")).exists();
        try (RunFolder resumed = RunFolder.open(out, true, false)) {
            assertThat(resumed.finishedTasks()).isEqualTo(1);
            assertThat(resumed.path(RunFolder.RECORD)).exists();
        }
    }

    @Test
    void forceBeginsFromNothing() throws IOException {
        leaveUnfinished();
        try (RunFolder fresh = RunFolder.open(out, false, true)) {
            assertThat(fresh.finishedTasks()).isZero();
            assertThat(partial).isDirectoryNotContaining("glob:**/{run.json,model.onnx,checkpoints}");
        }
    }

    @Test
    void aFinishedRunStaysUntilItsReplacementIsFinished() throws IOException {
        Files.createDirectories(out);
        Files.writeString(out.resolve("old"), "");
        assertThatThrownBy(() -> RunFolder.open(out, true, false))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("exists already");
        try (RunFolder folder = RunFolder.open(out, false, true)) {
            Files.createDirectories(folder.checkpoint(0));
            assertThat(out.resolve("old")).exists();
            folder.finish();
        }
        assertThat(out.resolve("old")).doesNotExist();
        assertThat(out.resolve("checkpoints/000")).isDirectory();
    }

    @Test
    void withoutAFinishedTaskNothingIsKept() throws IOException {
        try (RunFolder folder = RunFolder.open(out, false, false)) {
            Files.writeString(folder.path(RunFolder.RECORD), "{}");
        }
        assertThat(partial).doesNotExist();
    }

    /** A kill leaves the folder as it is. */
    @Test
    void whatWasKilledBeforeItsFirstTaskBlocksNobody() throws IOException {
        Files.createDirectories(partial);
        Files.writeString(partial.resolve(".lock"), "");
        Files.writeString(partial.resolve(RunFolder.RECORD), "of other options");
        try (RunFolder folder = RunFolder.open(out, false, false)) {
            assertThat(folder.path(RunFolder.RECORD)).doesNotExist();
        }
    }

    @Test
    void whatWasBeingWrittenWhenARunWasKilledIsRemoved() throws IOException {
        leaveUnfinished();
        Path half = Files.createDirectories(partial.resolve("adapters/.001.tmp-77"));
        try (RunFolder resumed = RunFolder.open(out, true, false)) {
            assertThat(half).doesNotExist();
            assertThat(resumed.checkpoint(0)).isDirectory();
        }
    }

    @Test
    void aTaskThatWasSavedInTheMiddleIsGoneOnWith() throws IOException {
        try (RunFolder folder = RunFolder.open(out, false, false)) {
            Files.writeString(folder.training(0), "");
        }
        assertThatThrownBy(() -> RunFolder.open(out, false, false)).hasMessageContaining("resume");
        try (RunFolder resumed = RunFolder.open(out, true, false)) {
            assertThat(resumed.finishedTasks()).isZero();
            assertThat(resumed.training(0)).exists();
        }
    }

    /** What is left where the disk was full before the first file. */
    @Test
    void anEmptyFolderIsBegunIn() throws IOException {
        Files.createDirectories(partial);
        try (RunFolder folder = RunFolder.open(out, false, false)) {
            assertThat(folder.finishedTasks()).isZero();
        }
    }

    @Test
    void foreignFilesAndFoldersAreLeftAlone() throws IOException {
        Files.createDirectories(partial);
        Files.writeString(partial.resolve("thesis.txt"), "");
        assertThatThrownBy(() -> RunFolder.open(out, true, true))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("something else");
        assertThat(partial.resolve("thesis.txt")).exists();

        Path file = Files.writeString(temp.resolve("file"), "");
        assertThatThrownBy(() -> RunFolder.open(file, false, true))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("is a file");
    }
}
