package ham.merge.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ham.merge.InputException;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FoundFileTest {
    @TempDir
    private Path folder;

    private void refused(Path file, String found) {
        assertThatThrownBy(() -> FoundFile.text(file, "a text"))
                .isInstanceOf(InputException.class)
                .hasMessageStartingWith(file + ": expected ")
                .hasMessageContaining(found);
    }

    private Path write(String text, Charset charset) throws IOException {
        return Files.write(folder.resolve("file"), text.getBytes(charset));
    }

    @Test
    void aMarkBeforeTheTextIsNoPartOfIt() throws IOException {
        assertThat(FoundFile.text(write("\uFEFF{\"é\": 1}", StandardCharsets.UTF_8), "a text"))
                .isEqualTo("{\"é\": 1}");
        assertThat(JsonFiles.read(folder.resolve("file"), "a text").path("é").asInt())
                .isEqualTo(1);
    }

    @Test
    void otherEncodingsAreNamed() throws IOException {
        refused(write("abc", StandardCharsets.UTF_16), "text in UTF-8, found UTF-16; save it as UTF-8");
        refused(write("abc", StandardCharsets.UTF_16LE), "found UTF-16");
        refused(write("café", StandardCharsets.ISO_8859_1), "found bytes of another encoding (Latin-1");
    }

    @Test
    void aPointerOfGitLfsIsNamedWithTheWayOut() throws IOException {
        refused(
                write("version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 3\n", StandardCharsets.UTF_8),
                "found a Git LFS pointer, which stands for the file in a clone without git-lfs; fetch the file with"
                        + " 'git lfs pull'");
    }

    @Test
    void linksAreFollowedAndThoseThatLeadNowhereNamed() throws IOException {
        Path blob =
                Files.writeString(Files.createDirectory(folder.resolve("blobs")).resolve("0a1b"), "text");
        Path link = Files.createSymbolicLink(folder.resolve("link"), Path.of("blobs/0a1b"));
        assertThat(FoundFile.text(link, "a text")).isEqualTo("text");
        Files.delete(blob);
        refused(link, "found a link to blobs/0a1b, where nothing is");
        refused(folder, "found a folder");
        refused(folder.resolve("none"), "found no such file");
    }
}
