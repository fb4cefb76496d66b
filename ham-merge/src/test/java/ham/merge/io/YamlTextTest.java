package ham.merge.io;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;

class YamlTextTest {
    private static final List<String> TEXTS = List.of(
            "plain",
            "",
            " ",
            "true",
            "No",
            "null",
            "~",
            "1",
            "1e3",
            "0x1",
            "a: b",
            "- a",
            "#",
            "a #b",
            "*a",
            "&a",
            "!t",
            "'",
            "\"",
            "\\d+\\.",
            "a\nb",
            "tab\t",
            "ü",
            "{",
            "[",
            "%",
            "@",
            "`",
            "| x",
            "> x",
            "2001-01-01",
            "12:30",
            "=",
            "<<",
            "a/b.c",
            "../x");

    @RepeatedTest(50)
    void aYamlReaderSeesTheSameTree(RepetitionInfo repetition) throws IOException {
        Random random = new Random(repetition.getCurrentRepetition());
        JsonNode tree = object(random, 3);
        assertThat(new YAMLMapper().readTree(YamlText.of(tree)))
                .as(YamlText.of(tree))
                .isEqualTo(tree);
    }

    private static ObjectNode object(Random random, int depth) {
        ObjectNode object = JsonFiles.object();
        for (int i = 0; i <= random.nextInt(5); i++) {
            object.set(text(random) + i, value(random, depth));
        }
        return object;
    }

    private static String text(Random random) {
        return TEXTS.get(random.nextInt(TEXTS.size()));
    }

    private static JsonNode value(Random random, int depth) {
        return switch (random.nextInt(depth > 0 ? 8 : 5)) {
            case 0 -> JsonFiles.tree(random.nextInt());
            case 1 -> JsonFiles.tree(random.nextGaussian());
            case 2 -> JsonFiles.tree(random.nextBoolean());
            case 3, 4 -> JsonFiles.tree(text(random));
            case 5 -> random.nextInt(5) == 0 ? JsonFiles.object() : object(random, depth - 1);
            default -> array(random, depth - 1);
        };
    }

    private static ArrayNode array(Random random, int depth) {
        ArrayNode array = JsonFiles.object().arrayNode();
        for (int length = random.nextInt(4); length > 0; length--) {
            array.add(value(random, depth));
        }
        return array;
    }
}
