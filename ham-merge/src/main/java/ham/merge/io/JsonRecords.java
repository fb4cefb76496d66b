package ham.merge.io;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.exc.InputCoercionException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.cfg.CoercionAction;
import com.fasterxml.jackson.databind.cfg.CoercionInputShape;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.type.LogicalType;
import ham.common.BrokenJson;
import ham.merge.InputException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Java records as the objects of JSON and YAML files: components have the names of the keys ({@code baseSha256} is {@code base_sha256}), a key
 * that is absent is null, and a value of another type is refused by file and path of keys ({@code adapters[2].alpha}).
 */
public final class JsonRecords {
    private static final JsonMapper LENIENT = JsonMapper.builder()
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES, DeserializationFeature.ACCEPT_FLOAT_AS_INT)
            .enable(DeserializationFeature.FAIL_ON_NUMBERS_FOR_ENUMS)
            .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
            .withCoercionConfigDefaults(
                    config -> config.setCoercion(CoercionInputShape.EmptyString, CoercionAction.Fail))
            .withCoercionConfig(LogicalType.Textual, config -> Stream.of(
                            CoercionInputShape.Integer, CoercionInputShape.Float, CoercionInputShape.Boolean)
                    .forEach(shape -> config.setCoercion(shape, CoercionAction.Fail)))
            .build();

    private static final JsonMapper STRICT = LENIENT.rebuild()
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .build();

    private JsonRecords() {}

    /** A record as an object; what is null is left out unless its component says otherwise. */
    public static ObjectNode tree(Record record) {
        return LENIENT.valueToTree(record);
    }

    /**
     * The record that an object holds; other keys are passed over.
     *
     * @param file where the object was read, for messages
     * @throws InputException when a value is of another type
     */
    public static <T> T read(Path file, ObjectNode object, Class<T> type) {
        return read(LENIENT, file, "", object, type);
    }

    /**
     * As {@link #read}; other keys are refused.
     *
     * @param path keys that lead to the object, empty for the whole file
     */
    public static <T> T readStrictly(Path file, String path, JsonNode value, Class<T> type) {
        return read(STRICT, file, path, value, type);
    }

    private static <T> T read(JsonMapper mapper, Path file, String path, JsonNode value, Class<T> type) {
        try {
            return mapper.treeToValue(value, type);
        } catch (UnrecognizedPropertyException e) {
            String where = path(path, e.getPath().subList(0, e.getPath().size() - 1));
            throw new InputException(
                    file,
                    (where.isEmpty() ? "" : where + ": ") + "expected no other keys than " + keys(e.getReferringClass())
                            + ", found '" + e.getPropertyName() + "'",
                    e);
        } catch (JsonMappingException e) {
            String where = path(path, e.getPath());
            throw new InputException(
                    file,
                    (where.isEmpty() ? "" : where + ": ") + "expected " + expected(e, type) + ", found "
                            + shown(node(value, e.getPath())),
                    e);
        } catch (InputCoercionException e) {
            throw new InputException(
                    file, path + ": expected " + words(e.getTargetType()) + ", found " + shown(value), e);
        } catch (JsonProcessingException e) {
            throw new InputException(file, BrokenJson.problem(e.getOriginalMessage()), e);
        }
    }

    private static String keys(Class<?> type) {
        return Stream.of(type.getRecordComponents())
                .map(each -> PropertyNamingStrategies.SnakeCaseStrategy.INSTANCE.translate(each.getName()))
                .collect(Collectors.joining(", "));
    }

    private static String path(String start, List<JsonMappingException.Reference> references) {
        StringBuilder path = new StringBuilder(start);
        for (JsonMappingException.Reference each : references) {
            if (each.getFieldName() == null) {
                path.append('[').append(each.getIndex()).append(']');
            } else {
                path.append(path.isEmpty() ? "" : ".").append(each.getFieldName());
            }
        }
        return path.toString();
    }

    private static JsonNode node(JsonNode value, List<JsonMappingException.Reference> references) {
        JsonNode node = value;
        for (JsonMappingException.Reference each : references) {
            node = each.getFieldName() == null ? node.path(each.getIndex()) : node.path(each.getFieldName());
        }
        return node;
    }

    private static String shown(JsonNode node) {
        return node instanceof MissingNode ? "none" : node.toString();
    }

    private static String expected(JsonMappingException fault, Class<?> whole) {
        Class<?> type = whole;
        if (fault instanceof MismatchedInputException mismatch && mismatch.getTargetType() != null) {
            type = mismatch.getTargetType();
        } else if (fault.getCause() instanceof InputCoercionException coercion) {
            type = coercion.getTargetType();
        }
        return fault.getCause() instanceof NumberFormatException ? "a finite number" : words(type);
    }

    private static String words(Class<?> type) {
        if (type.isEnum()) {
            return "one of "
                    + Stream.of(type.getEnumConstants())
                            .map(each -> LENIENT.valueToTree(each).asText())
                            .collect(Collectors.joining(", "));
        }
        String name = type.getSimpleName().toLowerCase(Locale.ROOT);
        if (Collection.class.isAssignableFrom(type)) {
            return "a list";
        }
        return switch (name) {
            case "int", "integer", "long", "biginteger" -> "a whole number";
            case "double", "bigdecimal", "float" -> "a number";
            case "boolean" -> "true or false";
            case "string" -> "text";
            default ->
                Map.class.isAssignableFrom(type) || type.isRecord() || type == ObjectNode.class
                        ? "keys with values"
                        : name;
        };
    }
}
