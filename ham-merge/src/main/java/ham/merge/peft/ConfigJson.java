package ham.merge.peft;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import ham.merge.InputException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * The values of {@code adapter_config.json}, each checked for its type. A key that is absent or null is not set.
 *
 * @param file for messages
 * @param json the whole object
 */
record ConfigJson(Path file, ObjectNode json) {
    private static final int LONGEST_SHOWN = 120;

    /** Whether a key has a value. */
    boolean isSet(String key) {
        return json.hasNonNull(key);
    }

    /** Whether a key has a value that is true in Python's sense: not false, 0, or empty. */
    boolean isUsed(String key) {
        JsonNode value = json.path(key);
        boolean zero = value.isNumber() && value.doubleValue() == 0;
        boolean empty = (value.isContainerNode() || value.isTextual())
                && value.size() == 0
                && value.asText().isEmpty();
        return isSet(key) && !zero && !empty && !(value.isBoolean() && !value.booleanValue());
    }

    /** True or false, false when not set. */
    boolean flag(String key) {
        if (isSet(key) && !json.get(key).isBoolean()) {
            throw wrong(key, "true or false", json.get(key));
        }
        return json.path(key).booleanValue();
    }

    /** Text, {@code whenUnset} when not set. */
    String text(String key, String whenUnset) {
        if (isSet(key) && !json.get(key).isTextual()) {
            throw wrong(key, "text", json.get(key));
        }
        return isSet(key) ? json.get(key).textValue() : whenUnset;
    }

    /** The rank that stands at a key, {@code whenAbsent} when there is no such key. */
    int rank(String key, int whenAbsent) {
        return json.has(key) ? rank(key, json.get(key)) : whenAbsent;
    }

    /** The finite number that stands at a key, {@code whenAbsent} when there is no such key. */
    double number(String key, double whenAbsent) {
        return json.has(key) ? number(key, json.get(key)) : whenAbsent;
    }

    /** A value as a rank. */
    int rank(String key, JsonNode value) {
        if (!value.isInt() || value.intValue() < 1) {
            throw wrong(key, "a rank of at least 1", value);
        }
        return value.intValue();
    }

    /** A value as a finite number. */
    double number(String key, JsonNode value) {
        if (!value.isNumber() || !Double.isFinite(value.doubleValue())) {
            throw wrong(key, "a finite number", value);
        }
        return value.doubleValue();
    }

    /** The object at a key, empty when not set. */
    ObjectNode object(String key) {
        if (!isSet(key)) {
            return json.objectNode();
        }
        if (json.get(key) instanceof ObjectNode object) {
            return object;
        }
        throw wrong(key, "a JSON object", json.get(key));
    }

    /** The text of a key that takes an expression or a list; empty when it is a list or not set. */
    Optional<String> expression(String key) {
        return Optional.ofNullable(json.path(key).textValue());
    }

    /** The texts of a list, in order; empty when not set. */
    Set<String> names(String key) {
        Set<String> names = new LinkedHashSet<>();
        for (JsonNode each : list(key, "a list of names")) {
            if (!each.isTextual()) {
                throw wrong(key, "a list of names", json.get(key));
            }
            names.add(each.textValue());
        }
        return names;
    }

    /** A list of texts, or a text that stands for a list of one; empty when not set, or without a character. */
    List<String> namesOrName(String key) {
        List<String> names = new ArrayList<>(expression(key).map(Set::of).orElseGet(() -> names(key)));
        names.remove("");
        return names;
    }

    /** A list of whole numbers from 0, or a number that stands for a list of one; empty when not set. */
    Set<Integer> indices(String key) {
        Set<Integer> indices = new LinkedHashSet<>();
        String expected = "whole numbers from 0";
        for (JsonNode each : json.path(key).isInt() ? List.of(json.get(key)) : list(key, expected)) {
            if (!each.isInt() || each.intValue() < 0) {
                throw wrong(key, expected, json.get(key));
            }
            indices.add(each.intValue());
        }
        return indices;
    }

    private Iterable<JsonNode> list(String key, String expected) {
        if (isSet(key) && !json.get(key).isArray()) {
            throw wrong(key, expected, json.get(key));
        }
        return json.path(key);
    }

    /** A compiled expression; whatever is wrong with it is told with the key. */
    Predicate<String> pattern(String key, String expression, Function<String, Predicate<String>> compiler) {
        try {
            return compiler.apply(expression);
        } catch (IllegalArgumentException e) {
            throw new InputException(
                    file,
                    key + ": expected a regular expression that RE2 can match as Python does, found "
                            + shown(expression) + " (" + e.getMessage() + "); list the modules' names instead",
                    e);
        }
    }

    InputException wrong(String key, String expected, Object found) {
        return new InputException(file, key + ": expected " + expected + ", found " + shown(found));
    }

    /** A value for a message, cut where it is long. */
    static String shown(Object value) {
        String text = String.valueOf(value);
        return text.length() <= LONGEST_SHOWN ? text : text.substring(0, LONGEST_SHOWN) + "...";
    }
}
