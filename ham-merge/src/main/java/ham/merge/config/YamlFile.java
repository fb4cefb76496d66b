package ham.merge.config;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLParser;
import ham.merge.InputException;
import ham.merge.io.FoundFile;
import java.io.IOException;
import java.nio.file.Path;

/** YAML files that hold one object. The only class that touches the YAML library, so that it is loaded only when such a file is read. */
final class YamlFile {
    private static final YAMLMapper MAPPER = YAMLMapper.builder(YAMLFactory.builder()
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .build();

    private YamlFile() {}

    static ObjectNode read(Path file) {
        String text = FoundFile.text(file, "a YAML file");
        try {
            requireNoAlias(file, text);
            if (MAPPER.readTree(text) instanceof ObjectNode object) {
                return object;
            }
            throw new InputException(file, "expected keys with values, found none");
        } catch (JsonProcessingException e) {
            throw new InputException(
                    file,
                    place(e) + "expected YAML, found a fault in line "
                            + (e.getLocation() == null ? "?" : e.getLocation().getLineNr()) + ": "
                            + e.getOriginalMessage().lines().findFirst().orElse(""),
                    e);
        } catch (IOException e) {
            throw InputException.unreadable(file, e);
        }
    }

    /** The path of keys, as far as it was read. */
    private static String place(JsonProcessingException e) {
        if (e.getProcessor() instanceof JsonParser parser) {
            String path = parser.getParsingContext().pathAsPointer().toString();
            return path.isEmpty() ? "" : path.substring(1).replace('/', '.') + ": ";
        }
        return "";
    }

    /** The mapper would take an alias for the text of its name. */
    private static void requireNoAlias(Path file, String text) throws IOException {
        try (YAMLParser parser = MAPPER.getFactory().createParser(text)) {
            while (parser.nextToken() != null) {
                if (parser.isCurrentAlias()) {
                    throw new InputException(
                            file,
                            "expected values, found the alias *" + parser.getText() + " in line "
                                    + parser.currentTokenLocation().getLineNr() + "; write its value in its place");
                }
            }
        }
    }
}
