package ham.merge.checkpoint;

import java.util.Locale;

/** The linear layers of a transformer block that an adapter can change, under their Hugging Face module names. */
public enum Target {
    QUERY("attention.attention.query", "query", "attention.q_proj", ""),
    KEY("attention.attention.key", "key", "attention.k_proj", ""),
    VALUE("attention.attention.value", "value", "attention.v_proj", ""),
    ATTENTION_OUTPUT("attention.output.dense", "attention.output.dense", "attention.o_proj", "attn.proj"),
    FC1("intermediate.dense", "intermediate.dense", "mlp.fc1", "mlp.fc1"),
    FC2("output.dense", "output.dense", "mlp.fc2", "mlp.fc2");

    private final String module;
    private final String peftName;
    private final String recentModule;
    private final String timmModule;

    Target(String module, String peftName, String recentModule, String timmModule) {
        this.module = module;
        this.peftName = peftName;
        this.recentModule = recentModule;
        this.timmModule = timmModule;
    }

    /** Path of the module inside its block, as transformers 4 and published checkpoints name it. */
    public String module() {
        return module;
    }

    /** What PEFT's {@code target_modules} needs to match this layer. */
    public String peftName() {
        return peftName;
    }

    /** Path of the module inside its block, as transformers 5 names it. */
    String recentModule() {
        return recentModule;
    }

    /** Path of the module inside its block, as timm names it; empty for the parts of its fused qkv. */
    public String timmModule() {
        return timmModule;
    }

    /** Whether this is query, key or value: in that order the parts of a fused layer, and the layers that may lack a bias. */
    public boolean isProjection() {
        return this == QUERY || this == KEY || this == VALUE;
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
