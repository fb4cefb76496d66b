package ham.merge.encoder.beit;

import static java.util.Map.entry;

import ham.merge.encoder.EncoderFamily;
import ham.merge.encoder.NamingScheme;
import ham.merge.encoder.Part;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** How BEiT is recognised and named. */
public final class BeitFamily {
    private static final String TABLE = "relative_position_bias.relative_position_bias_table";
    private static final Map<Part, String> SHARED = Map.ofEntries(
            entry(Part.CLASS_TOKEN, "embeddings.cls_token"),
            entry(Part.POSITIONS, "embeddings.position_embeddings"),
            entry(Part.PATCH, "embeddings.patch_embeddings.projection"),
            entry(Part.CLASSIFIER, "classifier"),
            entry(Part.NORM_BEFORE, "layernorm_before"),
            entry(Part.NORM_AFTER, "layernorm_after"),
            entry(Part.ATTENTION_SCALE, "lambda_1"),
            entry(Part.MLP_SCALE, "lambda_2"));

    /** Published checkpoints, and transformers before version 5. */
    private static final NamingScheme PUBLISHED = scheme(
            "encoder.layer",
            NamingScheme.PUBLISHED_LAYERS,
            Map.of(
                    Part.RELATIVE_BIAS, "attention.attention." + TABLE,
                    Part.SHARED_RELATIVE_BIAS, "encoder." + TABLE));

    /** transformers 5. */
    private static final NamingScheme RECENT = scheme(
            "layers",
            NamingScheme.RECENT_LAYERS,
            Map.of(
                    Part.RELATIVE_BIAS,
                    TABLE,
                    Part.SHARED_RELATIVE_BIAS,
                    "shared_position_bias.relative_position_bias_table"));

    /** timm. */
    private static final NamingScheme TIMM = NamingScheme.TIMM
            .with(Part.ATTENTION_SCALE, "gamma_1")
            .with(Part.MLP_SCALE, "gamma_2")
            .with(Part.RELATIVE_BIAS, "attn.relative_position_bias_table")
            .with(Part.SHARED_RELATIVE_BIAS, "rel_pos_bias.relative_position_bias_table");

    /**
     * The names in which the last norm is called so.
     *
     * @param pooled whether it comes after the mean of the patches
     */
    static List<NamingScheme> schemes(boolean pooled) {
        String norm = pooled ? "pooler.layernorm" : "layernorm";
        return List.of(
                PUBLISHED.with(Part.FINAL_NORM, norm),
                RECENT.with(Part.FINAL_NORM, norm),
                TIMM.with(Part.FINAL_NORM, pooled ? "fc_norm" : "norm"));
    }

    /** The family. */
    public static final EncoderFamily FAMILY =
            new EncoderFamily("beit", Set.of("beit"), BeitConfig.TIMM::describes, schemes(true), Beit::read);

    private BeitFamily() {}

    private static NamingScheme scheme(String blocks, Map<Part, String> layers, Map<Part, String> own) {
        Map<Part, String> names = new HashMap<>(SHARED);
        names.putAll(layers);
        names.putAll(own);
        return new NamingScheme(List.of("beit."), blocks, names);
    }
}
