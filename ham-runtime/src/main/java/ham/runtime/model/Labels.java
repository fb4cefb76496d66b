package ham.runtime.model;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import ham.runtime.ModelException;
import java.util.ArrayList;
import java.util.List;

/** The class labels of a model as they stand in its metadata: a JSON array of texts, in the order of the logits. */
public final class Labels {
    /** The key of the labels in the metadata of an ONNX file. */
    public static final String METADATA_KEY = "ham.labels";

    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private Labels() {}

    /** The labels as one line of JSON. */
    public static String toJson(List<String> labels) {
        var array = JSON.createArrayNode();
        labels.forEach(array::add);
        return array.toString();
    }

    /**
     * Reads what {@link #toJson} wrote.
     *
     * @param name what error messages call the text
     * @throws ModelException if it is not a JSON array of at least one text, and of nothing but texts
     */
    public static List<String> fromJson(String json, String name) {
        try {
            JsonNode array = JSON.readTree(json);
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
        } catch (JsonProcessingException e) {
            throw new ModelException(
                    name + ": expected a JSON array of texts, found broken JSON (" + e.getOriginalMessage() + ").", e);
        }
    }
}
