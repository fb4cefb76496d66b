package ham.merge.encoder.dinov3;

import static java.util.Map.entry;

import ham.merge.encoder.EncoderFamily;
import ham.merge.encoder.NamingScheme;
import ham.merge.encoder.Part;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** How DINOv3's ViTs are recognised and named. */
public final class Dinov3Family {
    private static final Map<Part, String> NAMES = Map.ofEntries(
            entry(Part.CLASS_TOKEN, "embeddings.cls_token"),
            entry(Part.REGISTER_TOKENS, "embeddings.register_tokens"),
            entry(Part.PATCH, "embeddings.patch_embeddings"),
            entry(Part.FINAL_NORM, "norm"),
            entry(Part.CLASSIFIER, "classifier"),
            entry(Part.QUERY, "attention.q_proj"),
            entry(Part.KEY, "attention.k_proj"),
            entry(Part.VALUE, "attention.v_proj"),
            entry(Part.ATTENTION_OUTPUT, "attention.o_proj"),
            entry(Part.NORM_BEFORE, "norm1"),
            entry(Part.FC1, "mlp.up_proj"),
            entry(Part.GATE, "mlp.gate_proj"),
            entry(Part.FC2, "mlp.down_proj"),
            entry(Part.NORM_AFTER, "norm2"),
            entry(Part.ATTENTION_SCALE, "layer_scale1.lambda1"),
            entry(Part.MLP_SCALE, "layer_scale2.lambda1"));

    private static final NamingScheme TIMM =
            NamingScheme.TIMM.with(Part.ATTENTION_SCALE, "gamma_1").with(Part.MLP_SCALE, "gamma_2");

    /** transformers' names, and timm's with both kinds of MLP. */
    static final List<NamingScheme> SCHEMES = List.of(
            new NamingScheme(List.of("dinov3_vit.", "dinov3."), "layer", NAMES),
            TIMM,
            TIMM.with(Part.FC1, "mlp.fc1_x").with(Part.GATE, "mlp.fc1_g"));

    /** The family. */
    public static final EncoderFamily FAMILY =
            new EncoderFamily("dinov3", Set.of("dinov3_vit"), Dinov3Config.TIMM::describes, SCHEMES, Dinov3::read);

    private Dinov3Family() {}
}
