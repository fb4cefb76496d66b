package ham.merge.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import ham.merge.InputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JsonFilesTest {
    @TempDir
    private Path folder;

    @Test
    void whatIsWrittenIsRead() throws IOException {
        ObjectNode json = JsonFiles.object().put("text", "é\n\"").put("number", 0.1);
        json.set("list", JsonFiles.tree(List.of(Map.of("a", 1), Map.of("b", 2))));
        Path file = folder.resolve("x.json");
        JsonFiles.write(file, json);
        assertThat(JsonFiles.read(file, "a test")).isEqualTo(json);
        assertThat(Files.readString(file)).startsWith("{\n  \"text\" : ").endsWith("}\n");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            textBlock =
                    """
            ``                  | found no JSON object
            null                | found no JSON object
            [1]                 | found no JSON object
            "text"              | found no JSON object
            {"a": 1             | found broken JSON in line 1
            {"a": NaN}          | found broken JSON in line 1
            {"a": 1} {"b": 2}   | found broken JSON in line 1
            {"a": 1, "a": 2}    | Duplicate field 'a'
            \u0000\u0001garbage | found broken JSON
            """)
    void whatIsNoJsonObjectIsRefused(String content, String found) throws IOException {
        Path file = Files.writeString(folder.resolve("x.json"), content);
        assertThatThrownBy(() -> JsonFiles.read(file, "a test"))
                .isInstanceOf(InputException.class)
                .hasMessageStartingWith(file + ": expected a test, found ")
                .hasMessageContaining(found)
                .message()
                .doesNotContain("\n");
    }

    @Test
    void aFolderOrNothingIsRefused() {
        assertThatThrownBy(() -> JsonFiles.read(folder, "a test"))
                .isInstanceOf(InputException.class)
                .hasMessage(folder + ": expected a test, found a folder");
        Path missing = folder.resolve("missing");
        assertThatThrownBy(() -> JsonFiles.read(missing, "a test"))
                .isInstanceOf(InputException.class)
                .hasMessage(missing + ": expected a test, found no such file");
    }
}
