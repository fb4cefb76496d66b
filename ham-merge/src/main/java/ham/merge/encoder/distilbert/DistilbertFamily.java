package ham.merge.encoder.distilbert;

import static java.util.Map.entry;

import ham.merge.encoder.ConfigReader;
import ham.merge.encoder.Encoder;
import ham.merge.encoder.EncoderFamily;
import ham.merge.encoder.EncoderSource;
import ham.merge.encoder.NamingScheme;
import ham.merge.encoder.Part;
import java.util.List;
import java.util.Map;

/** Recognises DistilBERT by {@code model_type}. */
public final class DistilbertFamily implements EncoderFamily {
    static final NamingScheme SCHEME = new NamingScheme(
            List.of("distilbert."),
            "transformer.layer",
            Map.ofEntries(
                    entry(Part.CLASSIFIER, "classifier"),
                    entry(Part.QUERY, "attention.q_lin"),
                    entry(Part.KEY, "attention.k_lin"),
                    entry(Part.VALUE, "attention.v_lin"),
                    entry(Part.ATTENTION_OUTPUT, "attention.out_lin"),
                    entry(Part.NORM_BEFORE, "sa_layer_norm"),
                    entry(Part.FC1, "ffn.lin1"),
                    entry(Part.FC2, "ffn.lin2"),
                    entry(Part.NORM_AFTER, "output_layer_norm")));

    @Override
    public String name() {
        return "distilbert";
    }

    @Override
    public boolean recognises(ConfigReader config) {
        return config.json().path("model_type").asText().equals("distilbert");
    }

    @Override
    public List<NamingScheme> schemes() {
        return List.of(SCHEME);
    }

    @Override
    public Encoder read(EncoderSource source) {
        return Distilbert.read(source);
    }
}
