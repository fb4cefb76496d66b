package ham.merge.peft;

import static java.util.Map.entry;

import ham.merge.InputException;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Tells the adapters whose delta ham knows ({@link AdapterKind}), on an unchanged base, from everything that PEFT writes beside them.
 *
 * <p>PEFT gains a setting with almost every release, and each of its variants is switched on by one. A setting that is unknown here and in
 * use (true, not zero, not empty) is therefore refused: read as plain LoRA, an adapter of a new variant would be merged into a wrong
 * model without a word. A harmless newcomer costs its user one line, since what is removed from the file has PEFT's default.
 */
final class KnownSettings {
    /** Settings that {@link PeftConfig} reads. */
    private static final Set<String> READ = Set.of(
            "peft_type",
            "init_lora_weights",
            "r",
            "lora_alpha",
            "use_rslora",
            "use_dora",
            "alpha",
            "rank_pattern",
            "alpha_pattern",
            "target_modules",
            "exclude_modules",
            "layers_to_transform",
            "layers_pattern",
            "fan_in_fan_out",
            "bias",
            "lora_bias",
            "modules_to_save");

    /** Settings that do not change what a trained adapter computes, or count only together with a refused one. */
    private static final Set<String> HARMLESS = Set.of(
            "task_type",
            "auto_mapping",
            "base_model_name_or_path",
            "revision",
            "inference_mode",
            "rank_dropout",
            "rank_dropout_scale",
            "module_dropout",
            "init_weights",
            "decompose_both",
            "decompose_factor",
            "use_effective_conv2d",
            "peft_version",
            "lora_dropout",
            "megatron_core",
            "qalora_group_size",
            "loftq_config",
            "eva_config",
            "corda_config",
            "lora_ga_config",
            "runtime_config",
            "ensure_weight_tying",
            "merge_weights");

    /** Settings whose use makes the adapter something other than {@code s B A} on the base, and what it is then. */
    private static final Map<String, String> VARIANTS = Map.ofEntries(
            entry("use_qalora", "QALoRA"),
            entry("use_bdlora", "BD-LoRA"),
            entry("alora_invocation_tokens", "Activated LoRA"),
            entry("arrow_config", "Arrow"),
            entry("kasa_config", "KaSA"),
            entry("velora_config", "VeLoRA"),
            entry("monteclora_config", "MonteCLoRA"),
            entry("megatron_config", "Megatron's parallel layers"),
            entry("enable_lora", "LoRA on parts of a fused layer"),
            entry("layer_replication", "replicated layers"),
            entry("trainable_token_indices", "trainable tokens"),
            entry("target_parameters", "LoRA on bare parameters"));

    /** Initialisations of the factors that leave the base weights as they were. */
    private static final Set<String> PLAIN_INITIALISATIONS =
            Set.of("true", "false", "null", "gaussian", "orthogonal", "eva", "mica");

    private KnownSettings() {}

    /**
     * Refuses by name what is none of them.
     *
     * @return which it is
     * @throws InputException with the setting and the variant
     */
    static AdapterKind require(ConfigJson json) {
        String type = json.text("peft_type", "none");
        AdapterKind kind =
                switch (type) {
                    case "LORA" -> json.flag("use_dora") ? AdapterKind.DORA : AdapterKind.LORA;
                    case "LOHA" -> AdapterKind.LOHA;
                    case "LOKR" -> AdapterKind.LOKR;
                    default -> null;
                };
        if (kind == null) {
            throw new InputException(
                    json.file(),
                    "expected peft_type LORA, LOHA or LOKR, found " + ConfigJson.shown(type)
                            + ", which ham cannot merge exactly");
        }
        for (String key : (Iterable<String>) json.json()::fieldNames) {
            boolean known = READ.contains(key) || HARMLESS.contains(key);
            if (known || !json.isUsed(key)) {
                continue;
            }
            String setting =
                    ConfigJson.shown(key) + " = " + ConfigJson.shown(json.json().get(key));
            if (VARIANTS.containsKey(key)) {
                throw new InputException(
                        json.file(),
                        "expected plain LoRA, found " + VARIANTS.get(key) + " (" + setting
                                + "), which ham cannot merge exactly");
            }
            throw new InputException(
                    json.file(),
                    "expected settings that ham knows, found " + setting
                            + "; remove it if it does not change what the adapter computes");
        }
        requireUnchangedBase(json);
        if (kind != AdapterKind.LORA && json.flag("fan_in_fan_out")) {
            throw new InputException(
                    json.file(),
                    "fan_in_fan_out: expected false for " + kind.words() + ", found true, which ham cannot merge");
        }
        return kind;
    }

    private static void requireUnchangedBase(ConfigJson json) {
        String initialisation = json.json().path("init_lora_weights").asText("true");
        if (!PLAIN_INITIALISATIONS.contains(initialisation.toLowerCase(Locale.ROOT))) {
            throw new InputException(
                    json.file(),
                    "expected factors on an unchanged base, found init_lora_weights = "
                            + ConfigJson.shown(initialisation)
                            + ", which changes the base weights; convert the adapter to plain LoRA with PEFT first");
        }
    }
}
