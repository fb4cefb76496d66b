package ham.merge.head;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import ham.merge.InputException;
import ham.merge.safetensors.SafetensorsFile;
import ham.merge.safetensors.SafetensorsWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * {@code head.safetensors}: the tensors of a head (linear: {@code weight} [classes, d], {@code bias} [classes]; prototype: {@code weight};
 * analytic: {@code projection} [d, M], {@code weight} [classes, M]), with {@code head} (its kind) and {@code classes} (a JSON array of names)
 * in the metadata.
 */
public final class HeadFile {
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private HeadFile() {}

    /** Writes a head. */
    public static void write(Path file, NamedHead named) {
        SafetensorsWriter writer = new SafetensorsWriter()
                .metadata("head", named.head().kind().optionName())
                .metadata("classes", json(named.classes()));
        Head head = named.head();
        if (head instanceof LinearHead linear) {
            writer.add("weight", linear.weight()).add("bias", List.of((long) linear.bias().length), linear.bias());
        } else if (head instanceof PrototypeHead prototype) {
            writer.add("weight", prototype.weight());
        } else if (head instanceof AnalyticHead analytic) {
            writer.add("projection", analytic.projection()).add("weight", analytic.weight());
        }
        writer.write(file);
    }

    /**
     * Reads a head.
     *
     * @throws InputException when the file is damaged, names no known kind, or its tensors do not fit together
     */
    public static NamedHead read(Path file) {
        SafetensorsFile tensors = SafetensorsFile.open(file);
        String kind = tensors.metadata().get("head");
        try {
            Head head =
                    switch (kind == null ? "" : kind) {
                        case "linear" -> new LinearHead(tensors.matrix("weight"), vector(tensors, "bias"));
                        case "prototype" -> new PrototypeHead(tensors.matrix("weight"));
                        case "analytic" -> new AnalyticHead(tensors.matrix("projection"), tensors.matrix("weight"));
                        default ->
                            throw new InputException(
                                    file, "expected metadata 'head' of linear, prototype or analytic, found " + kind);
                    };
            boolean empty =
                    head instanceof AnalyticHead analytic && analytic.weight().columns() == 0;
            if (empty || head.classes() == 0 || head.features() == 0) {
                throw new InputException(
                        file,
                        "expected at least one class and one feature, found " + head.classes() + " classes and "
                                + head.features() + " features" + (empty ? ", none of them projected" : ""));
            }
            return new NamedHead(head, classes(file, tensors.metadata().get("classes")));
        } catch (IllegalArgumentException e) {
            throw new InputException(file, "its tensors do not fit together: " + e.getMessage(), e);
        }
    }

    private static List<String> classes(Path file, String json) {
        if (json == null) {
            throw new InputException(file, "expected metadata 'classes' with the names of the classes, found none");
        }
        String problem = "expected metadata 'classes' to be a JSON array of names, found " + json;
        try {
            JsonNode array = JSON.readTree(json);
            List<String> classes = new ArrayList<>();
            for (JsonNode each : array) {
                if (!each.isTextual()) {
                    throw new InputException(file, problem);
                }
                classes.add(each.textValue());
            }
            if (!array.isArray()) {
                throw new InputException(file, problem);
            }
            return classes;
        } catch (JsonProcessingException e) {
            throw new InputException(file, problem, e);
        }
    }

    private static float[] vector(SafetensorsFile file, String name) {
        if (file.info(name).shape().size() != 1) {
            throw new InputException(
                    file.path(),
                    "tensor '" + name + "': expected a vector, found the shape "
                            + file.info(name).shape());
        }
        return file.floats(name);
    }

    private static String json(List<String> names) {
        try {
            return JSON.writeValueAsString(names);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a list of strings can always be written", e);
        }
    }
}
