package ham.merge.peft;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import ham.merge.InputException;
import ham.merge.io.JsonFiles;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * What {@code adapter_config.json} says of ranks and scalings. Variants whose delta is not {@code s B A} on an unchanged base are refused by
 * name, never read as plain LoRA.
 *
 * @param rank {@code r}
 * @param loraAlpha {@code lora_alpha}
 * @param rankStabilised {@code use_rslora}: s = lora_alpha / sqrt(r) in place of lora_alpha / r
 * @param rankPattern {@code rank_pattern}: module expression to rank
 * @param alphaPattern {@code alpha_pattern}: module expression to lora_alpha
 */
public record PeftConfig(
        int rank,
        double loraAlpha,
        boolean rankStabilised,
        Map<Pattern, Integer> rankPattern,
        Map<Pattern, Double> alphaPattern) {

    /** Initialisations of the factors that leave the base weights as they were. */
    private static final Set<String> PLAIN_INITIALISATIONS =
            Set.of("true", "false", "null", "gaussian", "orthogonal", "eva");

    /** Switches whose mere use makes the adapter something other than {@code s B A} on the base. */
    private static final Set<String> REFUSED = Set.of(
            "use_dora",
            "use_qalora",
            "use_bdlora",
            "alora_invocation_tokens",
            "arrow_config",
            "kasa_config",
            "velora_config",
            "monteclora_config",
            "layer_replication",
            "trainable_token_indices",
            "target_parameters",
            "fan_in_fan_out",
            "lora_bias",
            "modules_to_save");

    /**
     * Reads a configuration.
     *
     * @throws InputException when it is no plain LoRA
     */
    public static PeftConfig read(Path file) {
        ObjectNode json = JsonFiles.read(file, "a PEFT adapter configuration");
        require(file, "peft_type", "LORA", json.path("peft_type").asText("none"));
        for (String key : REFUSED) {
            if (isUsed(json.path(key))) {
                throw new InputException(
                        file,
                        "expected plain LoRA, found " + key + " = " + json.path(key)
                                + ", which ham cannot merge exactly yet");
            }
        }
        require(file, "bias", "none", json.path("bias").asText("none"));
        String initialisation = json.path("init_lora_weights").asText("true");
        if (!PLAIN_INITIALISATIONS.contains(initialisation)) {
            throw new InputException(
                    file,
                    "expected factors on an unchanged base, found init_lora_weights = " + initialisation
                            + ", which changes the base weights; convert the adapter to plain LoRA with PEFT first");
        }
        int rank = positiveRank(file, "r", json.path("r"));
        JsonNode alpha = json.path("lora_alpha");
        return new PeftConfig(
                rank,
                alpha.isMissingNode() ? 8 : number(file, "lora_alpha", alpha),
                json.path("use_rslora").asBoolean(false),
                patterns(file, json, "rank_pattern", PeftConfig::positiveRank),
                patterns(file, json, "alpha_pattern", PeftConfig::number));
    }

    /** The rank of a module, given by its path without {@code base_model.model.}. */
    public int rank(String module) {
        return firstMatch(rankPattern, module, rank);
    }

    /** The scaling s of a module. */
    public double scaling(String module) {
        double alpha = firstMatch(alphaPattern, module, loraAlpha);
        int r = rank(module);
        return rankStabilised ? alpha / Math.sqrt(r) : alpha / r;
    }

    private static <T> T firstMatch(Map<Pattern, T> patterns, String module, T whenNone) {
        return patterns.entrySet().stream()
                .filter(entry -> entry.getKey().matcher(module).matches())
                .map(Map.Entry::getValue)
                .findFirst()
                .orElse(whenNone);
    }

    private interface ValueReader<T> {
        T read(Path file, String key, JsonNode value);
    }

    private static <T> Map<Pattern, T> patterns(Path file, ObjectNode json, String key, ValueReader<T> reader) {
        Map<Pattern, T> patterns = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> entry : json.path(key).properties()) {
            try {
                // PEFT matches the expression against the end of the module's path, from the beginning of a name.
                patterns.put(
                        Pattern.compile("(?:.*\\.)?(?:" + entry.getKey() + ")"),
                        reader.read(file, key, entry.getValue()));
            } catch (PatternSyntaxException e) {
                throw new InputException(file, key + ": expected a regular expression, found " + entry.getKey(), e);
            }
        }
        return patterns;
    }

    private static boolean isUsed(JsonNode value) {
        return !(value.isMissingNode()
                || value.isNull()
                || value.equals(BooleanNode.FALSE)
                || (value.isContainerNode() && value.isEmpty()));
    }

    private static int positiveRank(Path file, String key, JsonNode value) {
        if (!value.isInt() || value.intValue() < 1) {
            throw new InputException(file, key + ": expected a rank of at least 1, found " + value);
        }
        return value.intValue();
    }

    private static double number(Path file, String key, JsonNode value) {
        if (!value.isNumber()) {
            throw new InputException(file, key + ": expected a number, found " + value);
        }
        return value.doubleValue();
    }

    private static void require(Path file, String key, String expected, String found) {
        if (!expected.equals(found)) {
            throw new InputException(
                    file, "expected " + key + " " + expected + ", found " + found + ", which ham cannot merge exactly");
        }
    }
}
