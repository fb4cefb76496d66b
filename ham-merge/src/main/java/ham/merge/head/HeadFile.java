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
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * {@code head.safetensors}: the tensors of a head (linear: {@code weight} [classes, d], {@code bias} [classes]; prototype: {@code weight};
 * analytic: {@code projection} [d, M], {@code weight} [classes, M]), with {@code head} (its kind) and {@code classes} (a JSON array of names)
 * in the metadata, and {@code feature_blocks} where it reads the encoder's last blocks too ({@link NamedHead#featureBlocks}),
 * and {@code feature} where it reads another than the encoder's own ({@link HeadFeature}). Instead of {@code projection} the file may say what it is made of ({@link Projection}).
 */
public final class HeadFile {
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    /** Metadata with {@link NamedHead#featureBlocks}. */
    static final String FEATURE_BLOCKS = "feature_blocks";

    /** Metadata with {@link NamedHead#feature}. */
    static final String FEATURE = "feature";

    private HeadFile() {}

    /** Writes a head with all of its numbers. */
    public static void write(Path file, NamedHead named) {
        write(file, named, Projection::writeNumbers);
    }

    /** Writes a head, of an analytic one what its projection is made of instead of the projection, where that is known. */
    public static void writeShort(Path file, NamedHead named) {
        write(file, named, Projection::writeShort);
    }

    private interface Writing {
        void write(Projection projection, SafetensorsWriter writer, String prefix);
    }

    private static void write(Path file, NamedHead named, Writing writing) {
        SafetensorsWriter writer = new SafetensorsWriter();
        add(writer, "", named);
        if (named.head() instanceof AnalyticHead analytic) {
            writing.write(analytic.projection(), writer, "");
        }
        writer.write(file);
    }

    /** Adds all of a head but its projection, every name behind a prefix. */
    static void add(SafetensorsWriter writer, String prefix, NamedHead named) {
        writer.metadata(prefix + "head", named.head().kind().optionName())
                .metadata(prefix + "classes", json(named.classes()));
        if (named.featureBlocks() > 0) {
            writer.metadata(prefix + FEATURE_BLOCKS, String.valueOf(named.featureBlocks()));
        }
        if (named.feature() != HeadFeature.OWN) {
            writer.metadata(prefix + FEATURE, named.feature().optionName());
        }
        Head head = named.head();
        if (head instanceof LinearHead linear) {
            writer.add(prefix + "weight", linear.weight())
                    .add(prefix + "bias", List.of((long) linear.bias().length), linear.bias());
        } else if (head instanceof PrototypeHead prototype) {
            writer.add(prefix + "weight", prototype.weight());
        } else if (head instanceof AnalyticHead analytic) {
            writer.add(prefix + "weight", analytic.weight());
        }
    }

    /**
     * Reads a head.
     *
     * @throws InputException when the file is damaged, names no known kind, or its tensors do not fit together
     */
    public static NamedHead read(Path file) {
        SafetensorsFile tensors = SafetensorsFile.open(file);
        return read(tensors, "", () -> Projection.read(tensors, ""));
    }

    /**
     * Reads one of the heads in a file.
     *
     * @param prefix what its tensors and metadata begin with
     * @param projection read only for an analytic head
     */
    static NamedHead read(SafetensorsFile tensors, String prefix, Supplier<Projection> projection) {
        Path file = tensors.path();
        String kind = tensors.metadata().get(prefix + "head");
        try {
            Head head =
                    switch (kind == null ? "" : kind) {
                        case "linear" ->
                            new LinearHead(tensors.matrix(prefix + "weight"), vector(tensors, prefix + "bias"));
                        case "prototype" -> new PrototypeHead(tensors.matrix(prefix + "weight"));
                        case "analytic" -> new AnalyticHead(projection.get(), tensors.matrix(prefix + "weight"));
                        default ->
                            throw new InputException(
                                    file,
                                    "expected metadata '" + prefix + "head' of linear, prototype or analytic, found "
                                            + kind);
                    };
            boolean empty =
                    head instanceof AnalyticHead analytic && analytic.weight().columns() == 0;
            if (empty || head.classes() == 0 || head.features() == 0) {
                throw new InputException(
                        file,
                        "expected at least one class and one feature, found " + head.classes() + " classes and "
                                + head.features() + " features" + (empty ? ", none of them projected" : ""));
            }
            String classes = prefix + "classes";
            return new NamedHead(
                    head,
                    classes(file, classes, tensors.metadata().get(classes)),
                    featureBlocks(
                            file, prefix + FEATURE_BLOCKS, tensors.metadata().get(prefix + FEATURE_BLOCKS)),
                    feature(file, prefix + FEATURE, tensors.metadata().get(prefix + FEATURE)));
        } catch (IllegalArgumentException e) {
            throw new InputException(file, "its tensors do not fit together: " + e.getMessage(), e);
        }
    }

    private static int featureBlocks(Path file, String key, String text) {
        if (text == null) {
            return 0;
        }
        if (!text.matches("[1-9][0-9]{0,3}")) {
            throw new InputException(file, "expected metadata '" + key + "' to be a number of blocks, found " + text);
        }
        return Integer.parseInt(text);
    }

    private static HeadFeature feature(Path file, String key, String text) {
        if (text == null) {
            return HeadFeature.OWN;
        }
        return Stream.of(HeadFeature.values())
                .filter(each -> each.optionName().equals(text))
                .findFirst()
                .orElseThrow(() -> new InputException(
                        file, "expected metadata '" + key + "' of own, classifier or both, found " + text));
    }

    private static List<String> classes(Path file, String key, String json) {
        if (json == null) {
            throw new InputException(file, "expected metadata '" + key + "' with the names of the classes, found none");
        }
        String problem = "expected metadata '" + key + "' to be a JSON array of names, found " + json;
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
