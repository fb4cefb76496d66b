package ham.merge.peft;

import com.fasterxml.jackson.databind.JsonNode;
import ham.merge.InputException;
import ham.merge.io.JsonFiles;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Predicate;

/**
 * What {@code adapter_config.json} says, with PEFT's meanings and defaults.
 *
 * @param kind {@code peft_type} and {@code use_dora}
 * @param baseName {@code base_model_name_or_path}
 * @param rank {@code r}
 * @param loraAlpha {@code lora_alpha}
 * @param rankStabilised {@code use_rslora}: s = lora_alpha / sqrt(r) in place of lora_alpha / r
 * @param rankPattern {@code rank_pattern}: the first that a module matches gives its rank
 * @param alphaPattern {@code alpha_pattern}: the first that a module matches gives its lora_alpha
 * @param modules which modules are adapted
 * @param fanInFanOut {@code fan_in_fan_out}: the base stores the adapted weights as [in, out]
 * @param bias {@code bias}
 * @param loraBias {@code lora_bias}: B has a bias
 * @param saved {@code modules_to_save}: modules that are in the file as a whole
 */
record PeftConfig(
        AdapterKind kind,
        Optional<String> baseName,
        int rank,
        double loraAlpha,
        boolean rankStabilised,
        List<ForModules<Integer>> rankPattern,
        List<ForModules<Double>> alphaPattern,
        ModuleFilter modules,
        boolean fanInFanOut,
        BiasTraining bias,
        boolean loraBias,
        Set<String> saved) {

    /** A value for the modules that an expression describes. */
    record ForModules<T>(Predicate<String> expression, T value) {}

    /**
     * Reads a configuration.
     *
     * @throws InputException when a value is not what PEFT takes, or the adapter is of another kind ({@link KnownSettings})
     */
    static PeftConfig read(Path file) {
        ConfigJson json = new ConfigJson(file, JsonFiles.read(file, "a PEFT adapter configuration"));
        AdapterKind kind = KnownSettings.require(json);
        return new PeftConfig(
                kind,
                json.isSet("base_model_name_or_path")
                        ? Optional.of(json.text("base_model_name_or_path", "")).filter(name -> !name.isBlank())
                        : Optional.empty(),
                json.rank("r", 8),
                json.number(kind == AdapterKind.LOHA || kind == AdapterKind.LOKR ? "alpha" : "lora_alpha", 8),
                json.flag("use_rslora"),
                patterns(json, "rank_pattern", json::rank),
                patterns(json, "alpha_pattern", json::number),
                ModuleFilter.read(json),
                json.flag("fan_in_fan_out"),
                bias(json),
                json.flag("lora_bias"),
                json.names("modules_to_save"));
    }

    private static <T> List<ForModules<T>> patterns(
            ConfigJson json, String key, BiFunction<String, JsonNode, T> reader) {
        List<ForModules<T>> patterns = new ArrayList<>();
        for (Map.Entry<String, JsonNode> entry : json.object(key).properties()) {
            patterns.add(new ForModules<>(
                    json.pattern(key, entry.getKey(), PythonPattern::pathEnd), reader.apply(key, entry.getValue())));
        }
        return patterns;
    }

    private static BiasTraining bias(ConfigJson json) {
        String name = json.text("bias", "none");
        for (BiasTraining each : BiasTraining.values()) {
            if (each.name().toLowerCase(Locale.ROOT).equals(name)) {
                return each;
            }
        }
        throw json.wrong("bias", "none, all or lora_only", name);
    }

    /**
     * Whether PEFT would adapt a module.
     *
     * @param path as the file has it
     * @param module without what wraps the model in training
     */
    boolean adapts(String path, String module) {
        return modules.adapts(path) || modules.adapts(module);
    }

    /** The rank of a module, given by its path without {@code base_model.model.}. */
    int rank(String module) {
        return firstMatch(rankPattern, module, rank);
    }

    /** The scaling s of a module. */
    double scaling(String module) {
        double alpha = firstMatch(alphaPattern, module, loraAlpha);
        int r = rank(module);
        return rankStabilised ? alpha / Math.sqrt(r) : alpha / r;
    }

    private static <T> T firstMatch(List<ForModules<T>> patterns, String module, T whenNone) {
        for (ForModules<T> each : patterns) {
            if (each.expression().test(module)) {
                return each.value();
            }
        }
        return whenNone;
    }
}
