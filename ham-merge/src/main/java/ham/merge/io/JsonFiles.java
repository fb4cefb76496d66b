package ham.merge.io;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import ham.common.BrokenJson;
import ham.merge.InputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** JSON objects in files: strict when read, indented and newline-terminated when written. */
public final class JsonFiles {
    private static final JsonMapper MAPPER = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private JsonFiles() {}

    /** An empty object to fill. */
    public static ObjectNode object() {
        return MAPPER.createObjectNode();
    }

    /** Any value of plain Java types and records as a JSON tree. */
    public static JsonNode tree(Object value) {
        return MAPPER.valueToTree(value);
    }

    /**
     * Reads an object.
     *
     * @param what what the file should be, for the message ("a PEFT adapter configuration")
     * @throws InputException when the file is missing, empty, broken or no JSON object
     */
    public static ObjectNode read(Path file, String what) {
        String text = FoundFile.text(file, what);
        try {
            if (MAPPER.readTree(text) instanceof ObjectNode object) {
                return object;
            }
            throw new InputException(file, "expected " + what + ", found no JSON object");
        } catch (JsonProcessingException e) {
            throw new InputException(
                    file,
                    "expected " + what + ", found broken JSON in line "
                            + (e.getLocation() == null ? "?" : e.getLocation().getLineNr()) + ": "
                            + BrokenJson.problem(e.getOriginalMessage()),
                    e);
        }
    }

    /** Writes an object, two spaces an indent. */
    public static void write(Path file, JsonNode value) throws IOException {
        Files.writeString(file, pretty(value) + "\n");
    }

    /** The JSON text, indented, with arrays one element a line only where they hold objects. */
    public static String pretty(JsonNode value) {
        DefaultPrettyPrinter printer = new DefaultPrettyPrinter();
        printer.indentObjectsWith(new DefaultIndenter("  ", "\n"));
        try {
            return MAPPER.writer(printer).writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a JSON tree can always be written", e);
        }
    }
}
