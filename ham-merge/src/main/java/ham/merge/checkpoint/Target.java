package ham.merge.checkpoint;

import java.util.Locale;

/** The linear layers of a transformer block that an adapter can change, under their Hugging Face module names. */
public enum Target {
    QUERY("attention.attention.query", "query", "q_proj"),
    KEY("attention.attention.key", "key", "k_proj"),
    VALUE("attention.attention.value", "value", "v_proj"),
    ATTENTION_OUTPUT("attention.output.dense", "attention.output.dense", "o_proj"),
    FC1("intermediate.dense", "intermediate.dense", "fc1"),
    FC2("output.dense", "output.dense", "fc2");

    private final String module;
    private final String peftName;
    private final String shortName;

    Target(String module, String peftName, String shortName) {
        this.module = module;
        this.peftName = peftName;
        this.shortName = shortName;
    }

    /** Path of the module inside its block, as transformers 4 and published checkpoints name it. */
    public String module() {
        return module;
    }

    /** What PEFT's {@code target_modules} needs to match this layer. */
    public String peftName() {
        return peftName;
    }

    /** Last part of the module's name in transformers 5. */
    String shortName() {
        return shortName;
    }

    /** The name that options use: {@code query}, {@code attention_output}, ... */
    public String optionName() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Output size of the layer's weight. */
    public int outputs(VitConfig config) {
        return this == FC1 ? config.mlp() : config.hidden();
    }

    /** Input size of the layer's weight. */
    public int inputs(VitConfig config) {
        return this == FC2 ? config.mlp() : config.hidden();
    }
}
