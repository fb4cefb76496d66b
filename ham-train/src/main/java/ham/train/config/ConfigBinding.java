package ham.train.config;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.cfg.CoercionAction;
import com.fasterxml.jackson.databind.cfg.CoercionInputShape;
import com.fasterxml.jackson.databind.cfg.MapperConfig;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.databind.exc.ValueInstantiationException;
import com.fasterxml.jackson.databind.introspect.AnnotatedClass;
import com.fasterxml.jackson.databind.introspect.BeanPropertyDefinition;
import com.fasterxml.jackson.databind.introspect.JacksonAnnotationIntrospector;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import ham.merge.InputException;
import ham.merge.checkpoint.Target;
import ham.merge.io.JsonFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/** Binds {@link RunConfigBuilder} to JSON, and says in ham's words what does not fit. */
final class ConfigBinding {
    private static final JsonMapper MAPPER = JsonMapper.builder()
            .annotationIntrospector(new EnumNames())
            .enable(MapperFeature.ACCEPT_CASE_INSENSITIVE_ENUMS)
            .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
            .withCoercionConfigDefaults(
                    defaults -> defaults.setCoercion(CoercionInputShape.EmptyString, CoercionAction.Fail))
            .build();

    private ConfigBinding() {}

    /** Values are written as options are: {@code per-layer}; layers keep their low line. */
    private static final class EnumNames extends JacksonAnnotationIntrospector {
        private static final long serialVersionUID = 1L;

        @Override
        public String[] findEnumValues(MapperConfig<?> config, AnnotatedClass type, Enum<?>[] values, String[] names) {
            for (int i = 0; i < values.length; i++) {
                names[i] = name(values[i]);
            }
            return names;
        }
    }

    private static String name(Enum<?> value) {
        String lower = value.name().toLowerCase(Locale.ROOT);
        return value instanceof Target ? lower : lower.replace('_', '-');
    }

    static ObjectNode json(RunConfigBuilder builder) {
        return MAPPER.valueToTree(builder);
    }

    static RunConfigBuilder copy(RunConfigBuilder builder) {
        return read(json(builder), null);
    }

    static Set<String> names() {
        return MAPPER
                .getSerializationConfig()
                .introspect(MAPPER.constructType(RunConfigBuilder.class))
                .findProperties()
                .stream()
                .map(BeanPropertyDefinition::getName)
                .collect(Collectors.toCollection(LinkedHashSet::new));
    }

    /**
     * Reads a record.
     *
     * @param file where it was read, or null
     */
    static RunConfigBuilder read(JsonNode configuration, Path file) {
        try {
            return MAPPER.treeToValue(configuration, RunConfigBuilder.class);
        } catch (JsonProcessingException e) {
            InputException problem = problem(e, configuration);
            throw file == null
                    ? problem
                    : new InputException(
                            file, "configuration: " + problem.getMessage() + "; use the release that made the run", e);
        }
    }

    static void set(RunConfigBuilder builder, String name, String text) {
        ObjectNode value = JsonFiles.object();
        if (name.equals("targets")) {
            Arrays.stream(text.split(",", -1)).forEach(value.putArray(name)::add);
        } else {
            value.put(name, text);
        }
        try {
            MAPPER.readerForUpdating(builder).readValue(value);
        } catch (IOException e) {
            throw problem(e, value);
        }
    }

    private static InputException problem(Exception e, JsonNode whole) {
        if (e instanceof UnrecognizedPropertyException unknown) {
            return InputException.parameter(
                    unknown.getPropertyName(),
                    "expected one of " + String.join(", ", names()) + ", found another name");
        }
        if (e instanceof JsonMappingException mapping && !mapping.getPath().isEmpty()) {
            String key = mapping.getPath().get(0).getFieldName();
            return InputException.parameter(key, "expected " + expected(type(e)) + ", found " + whole.path(key));
        }
        return new InputException("configuration: expected keys with values, found " + whole, e);
    }

    private static Class<?> type(Exception e) {
        if (e instanceof MismatchedInputException mismatch) {
            return mismatch.getTargetType();
        }
        return e instanceof ValueInstantiationException creator
                ? creator.getType().getRawClass()
                : null;
    }

    private static String expected(Class<?> type) {
        if (type == null) {
            return "another value";
        }
        if (type.isEnum()) {
            return "one of "
                    + Arrays.stream(type.getEnumConstants())
                            .map(value -> name((Enum<?>) value))
                            .collect(Collectors.joining(", "));
        }
        if (List.of(Integer.class, Long.class).contains(type)) {
            return "a whole number";
        }
        if (Number.class.isAssignableFrom(type)) {
            return "a number";
        }
        if (type == Boolean.class) {
            return "true or false";
        }
        return type == String.class ? "text" : type == BlockNumbers.class ? "all or block numbers" : "another value";
    }
}
