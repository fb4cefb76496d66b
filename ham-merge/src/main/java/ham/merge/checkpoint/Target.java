package ham.merge.checkpoint;

import java.util.Locale;

/** The linear layers of a transformer block that an adapter can change, under their Hugging Face module names. */
public enum Target {
    QUERY(VitPart.QUERY, "query"),
    KEY(VitPart.KEY, "key"),
    VALUE(VitPart.VALUE, "value"),
    ATTENTION_OUTPUT(VitPart.ATTENTION_OUTPUT, "attention.output.dense"),
    FC1(VitPart.FC1, "intermediate.dense"),
    FC2(VitPart.FC2, "output.dense");

    private final VitPart part;
    private final String peftName;

    Target(VitPart part, String peftName) {
        this.part = part;
        this.peftName = peftName;
    }

    /** The layer as a part of the model. */
    public VitPart part() {
        return part;
    }

    /** Path of the module inside its block, as transformers 4 and published checkpoints name it. */
    public String module() {
        return NamingScheme.PUBLISHED.names().get(part);
    }

    /** What PEFT's {@code target_modules} needs to match this layer. */
    public String peftName() {
        return peftName;
    }

    /** Path of the module inside its block, as timm names it; empty for the parts of its fused qkv. */
    public String timmModule() {
        return NamingScheme.TIMM.names().getOrDefault(part, "");
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
