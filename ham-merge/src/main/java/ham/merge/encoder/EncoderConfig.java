package ham.merge.encoder;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import ham.merge.InputException;
import ham.merge.io.JsonFiles;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Typed access to a {@code config.json} or a part of it; a value of another type is refused with its key. A null counts as absent. */
public record EncoderConfig(Path file, ObjectNode json) {
    /** More classes or registers than any model has. */
    private static final int MOST = 1_000_000;
    /** What a class without a name is called, with its number. */
    public static final String PLACEHOLDER = "LABEL_";

    public static EncoderConfig open(Path file) {
        return new EncoderConfig(file, JsonFiles.read(file, "the configuration of a Hugging Face or timm model"));
    }

    public void require(boolean holds, String expected, String found) {
        if (!holds) {
            throw new InputException(file, "expected " + expected + ", found " + found);
        }
    }

    public boolean has(String key) {
        return json.hasNonNull(key);
    }

    /** A text that must be {@code expected}. */
    public void requireText(String key, String expected, String whenAbsent, String family) {
        String found = text(key, whenAbsent);
        require(
                expected.equals(found),
                key + " '" + expected + "' (" + family + ")",
                found == null ? "no " + key : "'" + found + "'");
    }

    public String text(String key, String whenAbsent) {
        JsonNode node = json.path(key);
        require(!has(key) || node.isTextual(), key + " to be a text", node.toString());
        return has(key) ? node.textValue() : whenAbsent;
    }

    public int positive(String key, int whenAbsent) {
        JsonNode node = json.path(key);
        require(
                !has(key) || (node.isInt() && node.intValue() > 0),
                key + " to be a positive whole number",
                node.toString());
        return has(key) ? node.intValue() : whenAbsent;
    }

    public int count(String key, int whenAbsent) {
        JsonNode node = json.path(key);
        require(
                !has(key) || (node.isInt() && node.intValue() >= 0 && node.intValue() <= MOST),
                key + " to be a whole number from 0 to " + MOST,
                node.toString());
        return has(key) ? node.intValue() : whenAbsent;
    }

    /** A side in pixels: a number, or two equal ones. */
    public int side(String key, int whenAbsent) {
        JsonNode node = json.path(key);
        boolean pair = node.isArray() && node.size() == 2 && node.get(0).equals(node.get(1));
        JsonNode side = pair ? node.get(0) : node;
        require(
                !has(key) || (side.isInt() && side.intValue() > 0),
                key + " to be a positive whole number or two equal ones",
                node.toString());
        return has(key) ? side.intValue() : whenAbsent;
    }

    public double number(String key, double whenAbsent) {
        JsonNode node = json.path(key);
        require(!has(key) || node.isNumber(), key + " to be a number", node.toString());
        return has(key) ? node.doubleValue() : whenAbsent;
    }

    public boolean truth(String key, boolean whenAbsent) {
        JsonNode node = json.path(key);
        require(!has(key) || node.isBoolean(), key + " to be true or false", node.toString());
        return has(key) ? node.booleanValue() : whenAbsent;
    }

    /** Another object inside; empty when it is absent. */
    public EncoderConfig object(String key) {
        JsonNode node = json.path(key);
        require(!has(key) || node.isObject(), key + " to be an object", node.toString());
        return new EncoderConfig(file, node instanceof ObjectNode object ? object : json.objectNode());
    }

    /** Class names: a list, or an object from class numbers to names, where a number that is left out has a placeholder; empty when absent. */
    public List<String> labels(String key) {
        JsonNode node = json.path(key);
        require(
                !has(key) || node.isObject() || node.isArray(),
                key + " to map class numbers to names",
                node.toString());
        List<String> labels = new ArrayList<>();
        if (node.isArray()) {
            node.forEach(name -> labels.add(name.asText()));
            return labels;
        }
        TreeMap<Integer, String> byIndex = new TreeMap<>();
        for (Map.Entry<String, JsonNode> entry : node.properties()) {
            try {
                byIndex.put(Integer.valueOf(entry.getKey()), entry.getValue().asText());
            } catch (NumberFormatException e) {
                throw new InputException(
                        file, "expected class numbers as the keys of " + key + ", found '" + entry.getKey() + "'", e);
            }
        }
        if (!byIndex.isEmpty()) {
            int last = byIndex.lastKey();
            require(byIndex.firstKey() >= 0 && last <= MOST, key + " to number the classes from 0", "class " + last);
            for (int i = 0; i <= last; i++) {
                labels.add(byIndex.getOrDefault(i, PLACEHOLDER + i));
            }
        }
        return labels;
    }
}
