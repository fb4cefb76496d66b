package ham.merge.io;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class TemporaryFilesTest {
    @Test
    void aFolderThatCannotBeWrittenIsNamedWithTheWayOut() {
        assertThat(TemporaryFiles.unwritable(new NoSuchFileException("/away/ham-1")))
                .hasMessage(Path.of(System.getProperty("java.io.tmpdir"))
                        + ": expected a temporary folder that can be written, found none (/away/ham-1 does not exist); free"
                        + " some space, or set HAM_OPTS=-Djava.io.tmpdir=FOLDER");
    }
}
