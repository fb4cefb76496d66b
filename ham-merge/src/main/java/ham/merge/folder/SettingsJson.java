package ham.merge.folder;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import ham.merge.InputException;
import ham.merge.compare.Measure;
import ham.merge.io.JsonFiles;
import ham.merge.io.JsonRecords;
import ham.merge.plan.LayerRule;
import ham.merge.plan.MergeChoices;
import ham.merge.plan.MergeMethod;
import ham.merge.plan.MergeParameter;
import ham.merge.plan.MergeSettings;
import ham.merge.space.MergeSpace;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import java.util.stream.Collectors;

/** The {@code method} and {@code parameters} of records and configurations: what a method uses, and nothing else. */
public final class SettingsJson {
    private static final String LAYERS = "layers";

    private SettingsJson() {}

    /**
     * A rule for layers as files have it.
     *
     * @param match the expression
     */
    public record Layer(String match, BigDecimal keep, BigDecimal density, Integer rank, Double weight) {
        LayerRule rule(Path file, String path) {
            if (match == null) {
                throw new InputException(file, path + ".match: expected a value, found none");
            }
            try {
                return new LayerRule(
                        Pattern.compile(match),
                        Optional.ofNullable(keep),
                        Optional.ofNullable(density),
                        Optional.ofNullable(rank),
                        Optional.ofNullable(weight));
            } catch (PatternSyntaxException e) {
                throw new InputException(
                        file,
                        path + ".match: expected a regular expression, found '" + match + "': " + e.getDescription(),
                        e);
            } catch (InputException e) {
                throw new InputException(file, path + "." + e.getMessage(), e);
            }
        }

        static Layer of(LayerRule rule) {
            return new Layer(
                    rule.match().pattern(),
                    rule.keep().orElse(null),
                    rule.density().orElse(null),
                    rule.rank().orElse(null),
                    rule.weight().orElse(null));
        }
    }

    static ObjectNode parameters(MergeSettings settings) {
        ObjectNode json = JsonFiles.object();
        for (MergeParameter<?> parameter : MergeParameter.all()) {
            Object value = parameter.value().apply(settings);
            if (parameter.methods().contains(settings.method())
                    && value != Measure.COSINE
                    && value != MergeSpace.DELTA) {
                json.set(parameter.name(), JsonFiles.tree(value));
            }
        }
        if (!settings.layers().isEmpty()) {
            json.set(
                    LAYERS,
                    JsonFiles.tree(settings.layers().stream()
                            .map(Layer::of)
                            .map(JsonRecords::tree)
                            .toList()));
        }
        return json;
    }

    /**
     * The settings that a record tells of.
     *
     * @param file where they were read
     * @param parameters with the rules for layers among them
     * @throws InputException when they are none of a merge
     */
    static MergeSettings read(Path file, MergeMethod method, ObjectNode parameters) {
        if (method == null) {
            throw new InputException(file, "method: expected a value, found none");
        }
        ObjectNode own = parameters == null ? JsonFiles.object() : parameters.deepCopy();
        JsonNode layers = own.remove(LAYERS);
        Layer[] rules = layers == null
                ? new Layer[0]
                : JsonRecords.readStrictly(file, "parameters." + LAYERS, layers, Layer[].class);
        try {
            return choices(file, own)
                    .layers(rules(file, "parameters." + LAYERS, List.of(rules)))
                    .settings(method);
        } catch (InputException e) {
            throw e.parameter().isPresent() ? new InputException(file, "parameters." + e.getMessage(), e) : e;
        }
    }

    /**
     * The parameters that an object holds, under their names.
     *
     * @throws InputException when a value is of another type, or there is another key
     */
    public static MergeChoices choices(Path file, ObjectNode parameters) {
        MergeChoices choices = new MergeChoices();
        for (Map.Entry<String, JsonNode> each : parameters.properties()) {
            MergeParameter<?> parameter = MergeParameter.all().stream()
                    .filter(known -> known.name().equals(each.getKey()))
                    .findFirst()
                    .orElseThrow(() -> new InputException(
                            file,
                            "parameters: expected no other keys than "
                                    + MergeParameter.all().stream()
                                            .map(MergeParameter::name)
                                            .collect(Collectors.joining(", "))
                                    + ", found '" + each.getKey() + "'"));
            put(choices, file, parameter, each.getValue());
        }
        return choices;
    }

    private static <T> void put(MergeChoices choices, Path file, MergeParameter<T> parameter, JsonNode value) {
        choices.put(
                parameter, JsonRecords.readStrictly(file, "parameters." + parameter.name(), value, parameter.type()));
    }

    /**
     * Rules for layers.
     *
     * @param path keys that lead to them, for messages
     * @throws InputException when one is damaged
     */
    public static List<LayerRule> rules(Path file, String path, List<Layer> layers) {
        return java.util.stream.IntStream.range(0, layers.size())
                .mapToObj(i -> layers.get(i).rule(file, path + "[" + i + "]"))
                .toList();
    }
}
