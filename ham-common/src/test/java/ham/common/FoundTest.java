package ham.common;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FoundTest {
    private static final String POINTER = "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 3\n";

    @TempDir
    private Path folder;

    @Test
    void aFileThatCanBeReadIsWhatIsExpected() throws IOException {
        assertThat(Found.instead(Files.writeString(folder.resolve("file"), "text")))
                .isEmpty();
        assertThat(Found.instead(Files.createFile(folder.resolve("empty")))).isEmpty();
    }

    @Test
    void saysWhatIsThereInstead() throws IOException {
        assertThat(Found.instead(folder.resolve("none"))).contains("no such file");
        assertThat(Found.instead(folder)).contains("a folder");
        Path link = Files.createSymbolicLink(folder.resolve("link"), Path.of("blobs/0a1b"));
        assertThat(Found.instead(link).orElseThrow()).startsWith("a link to blobs/0a1b, where nothing is");
        assertThat(Found.instead(Files.writeString(folder.resolve("pointer"), POINTER)))
                .contains("a Git LFS pointer, which stands for the file in a clone without git-lfs; fetch the file with"
                        + " 'git lfs pull'");
        assertThat(Found.pointer(POINTER.getBytes(StandardCharsets.UTF_8))).isPresent();
        assertThat(Found.pointer(new byte[3])).isEmpty();
    }

    @Test
    void saysThatPermissionIsMissing() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "text");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("---------"));
        assumeTrue(!Files.isReadable(file), "this user reads everything");

        assertThat(Found.instead(file))
                .contains("one that this user has no permission to read; change its permissions");
    }

    @Test
    void tellsCausesInWords() {
        assertThat(Found.why(new AccessDeniedException("a"))).isEqualTo("permission denied for a");
        assertThat(Found.why(new FileAlreadyExistsException("a"))).isEqualTo("a exists and is not a folder");
        assertThat(Found.why(new NoSuchFileException("a"))).isEqualTo("a does not exist");
        assertThat(Found.why(new FileSystemException("a", null, "No space left on device")))
                .isEqualTo("a: No space left on device");
        assertThat(Found.why(new IOException("broken"))).isEqualTo("broken");
        assertThat(Found.why(new IOException())).isEqualTo("IOException");
    }
}
