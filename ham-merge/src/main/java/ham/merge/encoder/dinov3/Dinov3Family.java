package ham.merge.encoder.dinov3;

import static java.util.Map.entry;

import ham.merge.encoder.ConfigReader;
import ham.merge.encoder.Encoder;
import ham.merge.encoder.EncoderFamily;
import ham.merge.encoder.EncoderSource;
import ham.merge.encoder.NamingScheme;
import ham.merge.encoder.Part;
import java.util.List;
import java.util.Map;

/** Recognises DINOv3's ViTs by {@code model_type}. */
public final class Dinov3Family implements EncoderFamily {
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

    static final List<NamingScheme> SCHEMES =
            List.of(new NamingScheme(List.of("dinov3_vit.", "dinov3."), "layer", NAMES));

    @Override
    public String name() {
        return "dinov3";
    }

    @Override
    public boolean recognises(ConfigReader config) {
        return config.json().path("model_type").asText().equals("dinov3_vit");
    }

    @Override
    public List<NamingScheme> schemes() {
        return SCHEMES;
    }

    @Override
    public Encoder read(EncoderSource source) {
        return Dinov3.read(source);
    }
}
