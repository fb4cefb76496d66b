package ham.runtime.classify;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import ham.common.BrokenJson;
import ham.runtime.ModelException;
import ham.runtime.json.JsonTree;
import ham.runtime.json.TextFile;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.IntStream;

/** The class labels of a model as they stand in its metadata: a JSON array of texts, in the order of the logits. */
public final class Labels {
    /** The key of the labels in the metadata of an ONNX file. */
    public static final String METADATA_KEY = "ham.labels";

    private Labels() {}

    /** The labels as one line of JSON. */
    public static String toJson(List<String> labels) {
        var array = JsonNodeFactory.instance.arrayNode();
        labels.forEach(array::add);
        return array.toString();
    }

    /**
     * Reads a file of labels in the order of the logits: one a line, a JSON array, or a {@code config.json} with {@code id2label}.
     *
     * @throws ModelException if it cannot be read or is none of these
     */
    public static List<String> read(Path file) {
        String text = TextFile.read(file, "a file of labels").strip();
        if (text.isEmpty()) {
            throw new ModelException(file + ": expected a file of labels, found an empty one.");
        }
        return switch (text.charAt(0)) {
            case '[' -> fromJson(text, file.toString());
            case '{' -> fromConfig(text, file.toString());
            default -> text.lines().map(String::strip).toList();
        };
    }

    /** Labels under the numbers 0, 1, 2, ... of the key id2label; a number that is left out has the name that transformers gives it. */
    private static List<String> fromConfig(String json, String name) {
        JsonNode byNumber = parse(json, name).path("id2label");
        SortedMap<Integer, String> labels = new TreeMap<>();
        byNumber.propertyStream().forEach(each -> {
            if (!each.getKey().matches("\\d{1,6}") || !each.getValue().isTextual()) {
                throw new ModelException(name + ": expected id2label with a text for every number from 0, found "
                        + each.getKey() + ": " + each.getValue() + ".");
            }
            labels.put(Integer.valueOf(each.getKey()), each.getValue().textValue());
        });
        if (labels.isEmpty() || labels.lastKey() >= 2 * labels.size() + 1000) {
            throw new ModelException(name + ": expected id2label with a text for every number from 0, found "
                    + labels.size() + " numbers" + (labels.isEmpty() ? "." : " up to " + labels.lastKey() + "."));
        }
        return IntStream.rangeClosed(0, labels.lastKey())
                .mapToObj(number -> labels.getOrDefault(number, "LABEL_" + number))
                .toList();
    }

    /**
     * Reads what {@link #toJson} wrote.
     *
     * @param name what error messages call the text
     * @throws ModelException if it is not a JSON array of at least one text, and of nothing but texts
     */
    public static List<String> fromJson(String json, String name) {
        JsonNode array = parse(json, name);
        List<String> labels = new ArrayList<>();
        for (JsonNode label : array) {
            if (label.isTextual()) {
                labels.add(label.textValue());
            }
        }
        if (!array.isArray() || labels.isEmpty() || labels.size() != array.size()) {
            throw new ModelException(name + ": expected a JSON array of texts, found " + array.getNodeType() + ".");
        }
        return List.copyOf(labels);
    }

    private static JsonNode parse(String json, String name) {
        try {
            return JsonTree.parse(json);
        } catch (JsonProcessingException e) {
            throw new ModelException(
                    name + ": expected a JSON array of texts, found broken JSON ("
                            + BrokenJson.problem(e.getOriginalMessage()) + ").",
                    e);
        }
    }
}
