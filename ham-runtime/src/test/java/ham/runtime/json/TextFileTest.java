package ham.runtime.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ham.runtime.ModelException;
import ham.runtime.classify.Labels;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TextFileTest {
    @TempDir
    private Path folder;

    private Path write(String text, Charset charset) throws IOException {
        return Files.write(folder.resolve("labels.txt"), text.getBytes(charset));
    }

    @Test
    void readsUtf8WithAMarkOrWithout() throws IOException {
        assertThat(Labels.read(write("\ufeffcafé\r\nnaïve\r\n", StandardCharsets.UTF_8)))
                .containsExactly("café", "naïve");
        assertThat(Labels.read(write("\ufeff[\"a\", \"日本\"]", StandardCharsets.UTF_8)))
                .containsExactly("a", "日本");
    }

    @Test
    void namesAnotherEncoding() throws IOException {
        for (Charset charset :
                new Charset[] {StandardCharsets.UTF_16, StandardCharsets.UTF_16LE, StandardCharsets.UTF_16BE}) {
            Path file = write("cat\ndog\n", charset);
            assertThatThrownBy(() -> Labels.read(file))
                    .isInstanceOf(ModelException.class)
                    .hasMessageEndingWith(
                            "labels.txt: expected a file of labels in UTF-8, found UTF-16; convert it, for"
                                    + " example with iconv -f UTF-16 -t UTF-8.");
        }
        Path latin = write("café\n", StandardCharsets.ISO_8859_1);
        assertThatThrownBy(() -> Labels.read(latin))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("found another encoding, perhaps Latin-1");
    }

    @Test
    void namesTheClassesThatAConfigurationLeavesOut() throws IOException {
        assertThat(Labels.read(write("{\"id2label\": {\"0\": \"a\", \"3\": \"b\"}}", StandardCharsets.UTF_8)))
                .containsExactly("a", "LABEL_1", "LABEL_2", "b");
        Path broken = write("{\"id2label\": {\"x\": \"a\"}}", StandardCharsets.UTF_8);
        assertThatThrownBy(() -> Labels.read(broken))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("expected id2label with a text for every number from 0, found x");
    }
}
