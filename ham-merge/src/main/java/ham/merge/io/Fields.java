package ham.merge.io;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import ham.merge.InputException;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Reads an object of a JSON or YAML file strictly: what is asked for has the type that is asked for, and {@link #requireNothingElse} refuses
 * every other key. Errors name the file and the path of keys ({@code adapters[2].alpha}). A missing key is empty; null is of no type.
 */
public final class Fields {
    private final Path file;
    private final String path;
    private final ObjectNode object;
    private final Set<String> known = new LinkedHashSet<>();

    /** The whole content of a file. */
    public Fields(Path file, ObjectNode object) {
        this(file, "", object);
    }

    private Fields(Path file, String path, ObjectNode object) {
        this.file = file;
        this.path = path;
        this.object = object;
    }

    /** A text; a number is none. */
    public Optional<String> text(String key) {
        return value(key, "text", JsonNode::isTextual, JsonNode::textValue);
    }

    /** A number as it is written. */
    public Optional<BigDecimal> decimal(String key) {
        return value(key, "a number", Fields::isFinite, JsonNode::decimalValue);
    }

    /** A number. */
    public Optional<Double> number(String key) {
        return value(key, "a number", Fields::isFinite, JsonNode::doubleValue);
    }

    private static boolean isFinite(JsonNode node) {
        return node.isNumber() && Double.isFinite(node.doubleValue());
    }

    /** A whole number of 32 bits. */
    public Optional<Integer> integer(String key) {
        return value(
                key, "a whole number", node -> node.isIntegralNumber() && node.canConvertToInt(), JsonNode::intValue);
    }

    /** A whole number of 64 bits. */
    public Optional<Long> whole(String key) {
        return value(
                key, "a whole number", node -> node.isIntegralNumber() && node.canConvertToLong(), JsonNode::longValue);
    }

    /** One of the given values, by its name. */
    public <T> Optional<T> choice(String key, T[] values, Function<T, String> name) {
        return value(
                key,
                "one of " + Stream.of(values).map(name).collect(Collectors.joining(", ")),
                node -> Stream.of(values).anyMatch(each -> name.apply(each).equals(node.textValue())),
                node -> Stream.of(values)
                        .filter(each -> name.apply(each).equals(node.textValue()))
                        .findFirst()
                        .orElseThrow());
    }

    /** An object; an empty one where there is none. */
    public Fields object(String key) {
        return new Fields(
                file,
                path(key),
                value(key, "keys with values", JsonNode::isObject, ObjectNode.class::cast)
                        .orElseGet(JsonFiles::object));
    }

    /** A list of objects; an empty one where there is none. */
    public List<Fields> objects(String key) {
        JsonNode list = value(key, "a list", JsonNode::isArray, node -> node).orElseGet(JsonFiles.object()::arrayNode);
        List<Fields> objects = new ArrayList<>();
        for (JsonNode element : list) {
            String at = path(key) + "[" + objects.size() + "]";
            if (!(element instanceof ObjectNode fields)) {
                throw new InputException(file, at + ": expected keys with values, found " + element);
            }
            objects.add(new Fields(file, at, fields));
        }
        return objects;
    }

    /** The value of a key that must be there. */
    public <T> T required(String key, Optional<T> value) {
        return value.orElseThrow(() -> new InputException(file, path(key) + ": expected a value, found none"));
    }

    /**
     * Checks that everything was asked for.
     *
     * @throws InputException when the object has another key
     */
    public void requireNothingElse() {
        object.fieldNames().forEachRemaining(key -> {
            if (!known.contains(key)) {
                throw new InputException(
                        file,
                        (path.isEmpty() ? "" : path + ": ") + "expected no other keys than " + String.join(", ", known)
                                + ", found '" + key + "'");
            }
        });
    }

    /** A fault of a value. */
    public InputException wrong(String key, String problem, Throwable cause) {
        return new InputException(file, path(key) + ": " + problem, cause);
    }

    private String path(String key) {
        return path.isEmpty() ? key : path + "." + key;
    }

    private <T> Optional<T> value(String key, String expected, Predicate<JsonNode> fits, Function<JsonNode, T> read) {
        known.add(key);
        JsonNode node = object.get(key);
        if (node == null) {
            return Optional.empty();
        }
        if (!fits.test(node)) {
            throw new InputException(file, path(key) + ": expected " + expected + ", found " + node);
        }
        return Optional.of(read.apply(node));
    }
}
