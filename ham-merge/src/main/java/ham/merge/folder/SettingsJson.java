package ham.merge.folder;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import ham.merge.InputException;
import ham.merge.io.JsonFiles;
import ham.merge.method.Combine;
import ham.merge.method.HamParameters;
import ham.merge.method.Join;
import ham.merge.method.LayerRule;
import ham.merge.method.Measure;
import ham.merge.method.MergeMethod;
import ham.merge.method.MergeSettings;
import ham.merge.method.SignRule;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The {@code method} and {@code parameters} of {@code merge.json}: what a method uses, and nothing else. */
final class SettingsJson {
    private SettingsJson() {}

    static ObjectNode parameters(MergeSettings settings) {
        ObjectNode json = JsonFiles.object();
        switch (settings.method()) {
            case HAM -> ham(settings.ham(), json);
            case TASK_ARITHMETIC -> json.put("scale", settings.scale());
            case TIES ->
                json.put("density", settings.density())
                        .put("sign", lowerCase(settings.sign()))
                        .put("scale", settings.scale());
            case DARE ->
                json.put("density", settings.density())
                        .put("sign", lowerCase(settings.sign()))
                        .put("seed", settings.seed());
            case MAGNITUDE -> json.put("density", settings.density());
            case SVD -> json.put("rank", settings.rank());
            case LINEAR, CAT -> {}
        }
        if (!settings.layers().isEmpty()) {
            ArrayNode layers = json.putArray("layers");
            settings.layers().forEach(rule -> {
                ObjectNode node = layers.addObject().put("match", rule.match().pattern());
                rule.keep().ifPresent(value -> node.put("keep", value));
                rule.density().ifPresent(value -> node.put("density", value));
                rule.rank().ifPresent(value -> node.put("rank", value));
                rule.weight().ifPresent(value -> node.put("weight", value));
            });
        }
        return json;
    }

    private static void ham(HamParameters parameters, ObjectNode json) {
        json.put("keep", parameters.keep())
                .put("tau", parameters.tau())
                .put("groups", parameters.maxGroups())
                .put("join", lowerCase(parameters.join()))
                .put("combine", lowerCase(parameters.combine()));
        if (parameters.similarity() != Measure.COSINE) {
            json.put("similarity", parameters.similarity().optionName());
        }
    }

    private static String lowerCase(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }

    /**
     * The settings that a record tells of.
     *
     * @param file where {@code record} was read
     * @throws InputException when it does not tell of a merge
     */
    static MergeSettings read(Path file, JsonNode record) {
        String name = record.path("method").asText();
        MergeMethod method = Stream.of(MergeMethod.values())
                .filter(each -> each.optionName().equals(name))
                .findFirst()
                .orElseThrow(() -> new InputException(
                        file, "method: expected a method that ham merges by, found " + record.path("method")));
        JsonNode json = record.path("parameters");
        MergeSettings defaults = MergeSettings.of(method);
        try {
            return new MergeSettings(
                    method,
                    method == MergeMethod.HAM ? ham(json) : defaults.ham(),
                    decimal(json, "density").orElse(defaults.density()),
                    value(json, "scale", JsonNode::doubleValue).orElse(defaults.scale()),
                    json.has("sign") ? SignRule.valueOf(upperCase(json.path("sign"))) : defaults.sign(),
                    value(json, "seed", JsonNode::longValue).orElse(defaults.seed()),
                    value(json, "rank", JsonNode::intValue).orElse(defaults.rank()),
                    layers(json.path("layers")));
        } catch (IllegalArgumentException | InputException e) {
            throw new InputException(file, "expected the parameters of a merge by " + name + ", found " + json, e);
        }
    }

    private static HamParameters ham(JsonNode json) {
        return new HamParameters(
                json.path("keep").decimalValue(),
                json.path("tau").doubleValue(),
                json.path("groups").intValue(),
                Join.valueOf(upperCase(json.path("join"))),
                Combine.valueOf(upperCase(json.path("combine"))),
                json.has("similarity") ? Measure.valueOf(upperCase(json.path("similarity"))) : Measure.COSINE);
    }

    private static List<LayerRule> layers(JsonNode json) {
        List<LayerRule> rules = new ArrayList<>();
        for (JsonNode rule : json) {
            rules.add(new LayerRule(
                    Pattern.compile(rule.path("match").asText()),
                    decimal(rule, "keep"),
                    decimal(rule, "density"),
                    value(rule, "rank", JsonNode::intValue),
                    value(rule, "weight", JsonNode::doubleValue)));
        }
        return rules;
    }

    private static Optional<BigDecimal> decimal(JsonNode json, String key) {
        return value(json, key, JsonNode::decimalValue);
    }

    private static <T> Optional<T> value(JsonNode json, String key, Function<JsonNode, T> read) {
        if (!json.has(key)) {
            return Optional.empty();
        }
        if (!json.get(key).isNumber()) {
            throw new IllegalArgumentException(key + " is no number");
        }
        return Optional.of(read.apply(json.get(key)));
    }

    private static String upperCase(JsonNode text) {
        return text.asText().toUpperCase(Locale.ROOT).replace('-', '_');
    }
}
