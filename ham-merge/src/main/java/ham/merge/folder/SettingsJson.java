package ham.merge.folder;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import ham.merge.InputException;
import ham.merge.compare.Measure;
import ham.merge.io.Fields;
import ham.merge.io.JsonFiles;
import ham.merge.join.HamParameters;
import ham.merge.plan.LayerRule;
import ham.merge.plan.MergeChoices;
import ham.merge.plan.MergeMethod;
import ham.merge.plan.MergeParameter;
import ham.merge.plan.MergeSettings;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/** The {@code method} and {@code parameters} of {@code merge.json}: what a method uses, and nothing else. */
public final class SettingsJson {
    private SettingsJson() {}

    static ObjectNode parameters(MergeSettings settings) {
        ObjectNode json = JsonFiles.object();
        switch (settings.method()) {
            case HAM -> ham(settings.ham(), json);
            case TASK_ARITHMETIC -> json.put("scale", settings.scale());
            case TIES ->
                json.put("density", settings.density())
                        .put("sign", optionName(settings.sign()))
                        .put("scale", settings.scale());
            case DARE ->
                json.put("density", settings.density())
                        .put("sign", optionName(settings.sign()))
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
                .put("join", optionName(parameters.join()))
                .put("combine", optionName(parameters.combine()));
        if (parameters.similarity() != Measure.COSINE) {
            json.put("similarity", parameters.similarity().optionName());
        }
    }

    /**
     * The settings that a record tells of.
     *
     * @param file where {@code record} was read
     * @throws InputException when it does not tell of a merge
     */
    static MergeSettings read(Path file, ObjectNode record) {
        Fields fields = new Fields(file, record);
        MergeMethod method =
                fields.required("method", fields.choice("method", MergeMethod.values(), MergeMethod::optionName));
        Fields parameters = fields.object("parameters");
        List<LayerRule> layers = layers(parameters);
        try {
            return choices(parameters).layers(layers).settings(method);
        } catch (InputException e) {
            throw e.parameter().isPresent() ? fields.wrong("parameters", e.getMessage(), e) : e;
        }
    }

    /**
     * The parameters that an object holds, under the names of their options.
     *
     * @throws InputException when a value is of another type, or there is another key that was not asked for before
     */
    public static MergeChoices choices(Fields json) {
        MergeChoices choices = new MergeChoices()
                .put(MergeParameter.KEEP, json.decimal("keep").orElse(null))
                .put(MergeParameter.TAU, json.number("tau").orElse(null))
                .put(MergeParameter.GROUPS, json.integer("groups").orElse(null))
                .put(MergeParameter.JOIN, choice(json, MergeParameter.JOIN).orElse(null))
                .put(
                        MergeParameter.COMBINE,
                        choice(json, MergeParameter.COMBINE).orElse(null))
                .put(
                        MergeParameter.SIMILARITY,
                        choice(json, MergeParameter.SIMILARITY).orElse(null))
                .put(MergeParameter.DENSITY, json.decimal("density").orElse(null))
                .put(MergeParameter.SCALE, json.number("scale").orElse(null))
                .put(MergeParameter.SIGN, choice(json, MergeParameter.SIGN).orElse(null))
                .put(MergeParameter.SEED, json.whole("seed").orElse(null))
                .put(MergeParameter.RANK, json.integer("rank").orElse(null));
        json.requireNothingElse();
        return choices;
    }

    private static <E extends Enum<E>> Optional<E> choice(Fields json, MergeParameter<E> parameter) {
        return json.choice(parameter.name(), parameter.type().getEnumConstants(), SettingsJson::optionName);
    }

    /**
     * The rules under the key {@code layers}.
     *
     * @throws InputException when one is damaged
     */
    public static List<LayerRule> layers(Fields json) {
        return json.objects("layers").stream().map(SettingsJson::layer).toList();
    }

    private static LayerRule layer(Fields rule) {
        String match = rule.required("match", rule.text("match"));
        try {
            LayerRule layer = new LayerRule(
                    Pattern.compile(match),
                    rule.decimal("keep"),
                    rule.decimal("density"),
                    rule.integer("rank"),
                    rule.number("weight"));
            rule.requireNothingElse();
            return layer;
        } catch (PatternSyntaxException e) {
            throw rule.wrong("match", "expected a regular expression, found '" + match + "': " + e.getDescription(), e);
        }
    }

    private static String optionName(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
