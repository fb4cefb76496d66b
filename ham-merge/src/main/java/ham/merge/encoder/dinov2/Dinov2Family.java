package ham.merge.encoder.dinov2;

import static java.util.Map.entry;

import ham.merge.encoder.EncoderFamily;
import ham.merge.encoder.NamingScheme;
import ham.merge.encoder.Part;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** How DINOv2 is recognised and named. */
public final class Dinov2Family {
    static final String PLAIN = "dinov2";
    static final String REGISTERS = "dinov2_with_registers";

    private static final List<String> PREFIXES = List.of(PLAIN + ".", REGISTERS + ".");
    private static final Map<Part, String> SHARED = Map.ofEntries(
            entry(Part.CLASS_TOKEN, "embeddings.cls_token"),
            entry(Part.REGISTER_TOKENS, "embeddings.register_tokens"),
            entry(Part.POSITIONS, "embeddings.position_embeddings"),
            entry(Part.PATCH, "embeddings.patch_embeddings.projection"),
            entry(Part.FINAL_NORM, "layernorm"),
            entry(Part.CLASSIFIER, "classifier"),
            entry(Part.NORM_BEFORE, "norm1"),
            entry(Part.NORM_AFTER, "norm2"),
            entry(Part.ATTENTION_SCALE, "layer_scale1.lambda1"),
            entry(Part.MLP_SCALE, "layer_scale2.lambda1"));
    private static final Map<Part, String> PUBLISHED = Map.of(
            Part.QUERY, "attention.attention.query",
            Part.KEY, "attention.attention.key",
            Part.VALUE, "attention.attention.value",
            Part.ATTENTION_OUTPUT, "attention.output.dense");
    private static final Map<Part, String> RECENT = Map.of(
            Part.QUERY, "attention.q_proj",
            Part.KEY, "attention.k_proj",
            Part.VALUE, "attention.v_proj",
            Part.ATTENTION_OUTPUT, "attention.o_proj");
    private static final Map<Part, String> MLP = Map.of(Part.FC1, "mlp.fc1", Part.FC2, "mlp.fc2");
    private static final Map<Part, String> SWIGLU = Map.of(Part.FC1, "mlp.weights_in", Part.FC2, "mlp.weights_out");

    /** Published names and those of transformers 5, each with both kinds of MLP. */
    static final List<NamingScheme> SCHEMES =
            List.of(scheme(PUBLISHED, MLP), scheme(PUBLISHED, SWIGLU), scheme(RECENT, MLP), scheme(RECENT, SWIGLU));

    /** The family. */
    public static final EncoderFamily FAMILY =
            new EncoderFamily("dinov2", Set.of(PLAIN, REGISTERS), SCHEMES, Dinov2::read);

    private Dinov2Family() {}

    private static NamingScheme scheme(Map<Part, String> attention, Map<Part, String> mlp) {
        Map<Part, String> names = new HashMap<>(SHARED);
        names.putAll(attention);
        names.putAll(mlp);
        return new NamingScheme(PREFIXES, "encoder.layer", names);
    }
}
