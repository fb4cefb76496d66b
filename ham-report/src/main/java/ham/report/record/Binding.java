package ham.report.record;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import ham.merge.InputException;
import ham.merge.io.JsonFiles;
import java.util.List;
import java.util.Map;

/** Binds JSON to the records of reports: other keys are passed over, what is of another kind than expected is refused. */
public final class Binding {
    private static final JsonMapper MAPPER = JsonMapper.builder()
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
            .build();

    private Binding() {}

    /**
     * The record of an object; of none, the record in which every key is absent.
     *
     * @throws InputException when a value is of another kind than the record has
     */
    public static <T> T of(JsonNode json, Class<T> type) {
        JsonNode object = json.isMissingNode() || json.isNull() ? JsonFiles.object() : json;
        try {
            return MAPPER.treeToValue(object, type);
        } catch (JsonProcessingException e) {
            throw new InputException("a report: " + problem(e, object), e);
        }
    }

    static JsonNode tree(Object value) {
        return MAPPER.valueToTree(value);
    }

    private static String problem(JsonProcessingException failure, JsonNode json) {
        if (!(failure instanceof MismatchedInputException mismatch)) {
            return failure.getOriginalMessage();
        }
        JsonNode found = json;
        String key = "the document";
        for (JsonMappingException.Reference each : mismatch.getPath()) {
            found = each.getFieldName() != null ? found.path(each.getFieldName()) : found.path(each.getIndex());
            key = each.getFieldName() != null ? each.getFieldName() : key;
        }
        return "expected " + kind(mismatch.getTargetType()) + " as " + key + ", found " + found;
    }

    private static String kind(Class<?> type) {
        if (type == null) {
            return "another value";
        }
        if (Number.class.isAssignableFrom(type) || type.isPrimitive()) {
            return "a number";
        }
        if (List.class.isAssignableFrom(type)) {
            return "an array";
        }
        return type.isRecord() || Map.class.isAssignableFrom(type) ? "an object" : "a " + type.getSimpleName();
    }

    static <T> List<T> orEmpty(List<T> list) {
        return list == null ? List.of() : list;
    }

    static <K, V> Map<K, V> orEmpty(Map<K, V> map) {
        return map == null ? Map.of() : map;
    }
}
