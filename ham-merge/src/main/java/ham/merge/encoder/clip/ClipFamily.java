package ham.merge.encoder.clip;

import static java.util.Map.entry;

import ham.merge.encoder.ConfigReader;
import ham.merge.encoder.Encoder;
import ham.merge.encoder.EncoderFamily;
import ham.merge.encoder.EncoderSource;
import ham.merge.encoder.NamingScheme;
import ham.merge.encoder.Part;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Recognises CLIP by {@code model_type}. */
public final class ClipFamily implements EncoderFamily {
    static final NamingScheme SCHEME = new NamingScheme(
            List.of("vision_model."),
            "encoder.layers",
            Map.ofEntries(
                    entry(Part.CLASS_TOKEN, "embeddings.class_embedding"),
                    entry(Part.POSITIONS, "embeddings.position_embedding.weight"),
                    entry(Part.PATCH, "embeddings.patch_embedding"),
                    entry(Part.FINAL_NORM, "post_layernorm"),
                    entry(Part.PROJECTION, "visual_projection"),
                    entry(Part.CLASSIFIER, "classifier"),
                    entry(Part.QUERY, "self_attn.q_proj"),
                    entry(Part.KEY, "self_attn.k_proj"),
                    entry(Part.VALUE, "self_attn.v_proj"),
                    entry(Part.ATTENTION_OUTPUT, "self_attn.out_proj"),
                    entry(Part.NORM_BEFORE, "layer_norm1"),
                    entry(Part.FC1, "mlp.fc1"),
                    entry(Part.FC2, "mlp.fc2"),
                    entry(Part.NORM_AFTER, "layer_norm2")));

    private static final Set<String> TYPES = Set.of("clip", "clip_vision_model");

    @Override
    public String name() {
        return "clip";
    }

    @Override
    public boolean recognises(ConfigReader config) {
        return TYPES.contains(config.json().path("model_type").asText());
    }

    @Override
    public List<NamingScheme> schemes() {
        return List.of(SCHEME);
    }

    @Override
    public Encoder read(EncoderSource source) {
        return Clip.read(source);
    }
}
