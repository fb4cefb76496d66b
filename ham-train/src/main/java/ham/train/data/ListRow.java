package ham.train.data;

import com.fasterxml.jackson.databind.JsonNode;
import ham.merge.InputException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * One row of a list of examples.
 *
 * @param list where it stands
 * @param values by name, in lower case
 * @param pair what an example is and its class, where a list has no names; else empty
 * @param part that the list says, empty where it says none
 * @param where for messages: {@code row 3}
 */
record ListRow(Path list, Map<String, JsonNode> values, List<JsonNode> pair, String part, String where) {
    private static final List<String> PART =
            List.of("split", "part", "subset", "set", "fold", "usage", "data_set", "data set");

    /** The part that a value of the row or the list says, empty where neither does. */
    String partName() {
        return PART.stream()
                .filter(values::containsKey)
                .findFirst()
                .map(each -> values.get(each).asText().strip())
                .orElse(part);
    }

    /**
     * What the example is.
     *
     * @param names under one of which it stands
     * @param what for messages
     */
    String example(List<String> names, String what) {
        return pair.isEmpty() ? value(names, what) : text(pair.get(0), "first", what);
    }

    /** Its class, as {@link #example}. */
    String label(List<String> names, String what) {
        return pair.isEmpty() ? value(names, what) : text(pair.get(1), "second", what);
    }

    private String value(List<String> names, String what) {
        Optional<String> name = names.stream()
                .map(each -> each.toLowerCase(Locale.ROOT))
                .filter(values::containsKey)
                .findFirst();
        if (name.isEmpty()) {
            throw new InputException(
                    list,
                    where + ": expected " + what + " under one of " + String.join(", ", names) + ", found "
                            + (values.isEmpty() ? "no names" : String.join(", ", values.keySet()))
                            + "; name the column so");
        }
        return text(values.get(name.get()), name.get(), what);
    }

    private String text(JsonNode value, String name, String what) {
        if (!value.isValueNode() || value.isNull() || value.asText().isBlank()) {
            throw new InputException(
                    list,
                    where + ": expected " + what + " under " + name + ", found "
                            + (value.isContainerNode() ? "several values" : "none") + "; give every row one");
        }
        return value.asText().strip();
    }
}
