package ham.merge.checkpoint;

import ham.merge.encoder.NamingScheme;
import ham.merge.encoder.Part;
import java.util.Locale;

/** The linear layers of a transformer block that an adapter can change, under their Hugging Face module names. */
public enum Target {
    QUERY(Part.QUERY, "query"),
    KEY(Part.KEY, "key"),
    VALUE(Part.VALUE, "value"),
    ATTENTION_OUTPUT(Part.ATTENTION_OUTPUT, "attention.output.dense"),
    FC1(Part.FC1, "intermediate.dense"),
    FC2(Part.FC2, "output.dense");

    private final Part part;
    private final String peftName;

    Target(Part part, String peftName) {
        this.part = part;
        this.peftName = peftName;
    }

    /** The layer as a part of the model. */
    public Part part() {
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
