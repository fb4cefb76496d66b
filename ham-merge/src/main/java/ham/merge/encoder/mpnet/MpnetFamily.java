package ham.merge.encoder.mpnet;

import static java.util.Map.entry;

import ham.merge.encoder.ConfigReader;
import ham.merge.encoder.Encoder;
import ham.merge.encoder.EncoderFamily;
import ham.merge.encoder.EncoderSource;
import ham.merge.encoder.NamingScheme;
import ham.merge.encoder.Part;
import java.util.List;
import java.util.Map;

/** Recognises MPNet by {@code model_type}. */
public final class MpnetFamily implements EncoderFamily {
    static final NamingScheme SCHEME = new NamingScheme(
            List.of("mpnet."),
            "encoder.layer",
            Map.ofEntries(
                    entry(Part.POOLER, "pooler.dense"),
                    entry(Part.CLASSIFIER, "classifier.out_proj"),
                    entry(Part.QUERY, "attention.attn.q"),
                    entry(Part.KEY, "attention.attn.k"),
                    entry(Part.VALUE, "attention.attn.v"),
                    entry(Part.ATTENTION_OUTPUT, "attention.attn.o"),
                    entry(Part.NORM_BEFORE, "attention.LayerNorm"),
                    entry(Part.FC1, "intermediate.dense"),
                    entry(Part.FC2, "output.dense"),
                    entry(Part.NORM_AFTER, "output.LayerNorm")));

    @Override
    public String name() {
        return "mpnet";
    }

    @Override
    public boolean recognises(ConfigReader config) {
        return config.json().path("model_type").asText().equals("mpnet");
    }

    @Override
    public List<NamingScheme> schemes() {
        return List.of(SCHEME);
    }

    @Override
    public Encoder read(EncoderSource source) {
        return Mpnet.read(source);
    }
}
