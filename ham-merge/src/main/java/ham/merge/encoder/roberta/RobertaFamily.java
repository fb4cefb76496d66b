package ham.merge.encoder.roberta;

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

/** Recognises RoBERTa, and models of the same layers, by {@code model_type}. */
public final class RobertaFamily implements EncoderFamily {
    static final NamingScheme SCHEME = new NamingScheme(
            List.of("roberta."),
            "encoder.layer",
            Map.ofEntries(
                    entry(Part.POOLER, "pooler.dense"),
                    entry(Part.CLASSIFIER, "classifier.out_proj"),
                    entry(Part.QUERY, "attention.self.query"),
                    entry(Part.KEY, "attention.self.key"),
                    entry(Part.VALUE, "attention.self.value"),
                    entry(Part.ATTENTION_OUTPUT, "attention.output.dense"),
                    entry(Part.NORM_BEFORE, "attention.output.LayerNorm"),
                    entry(Part.FC1, "intermediate.dense"),
                    entry(Part.FC2, "output.dense"),
                    entry(Part.NORM_AFTER, "output.LayerNorm")));

    private static final Set<String> TYPES = Set.of("roberta", "xlm-roberta", "camembert");

    @Override
    public String name() {
        return "roberta";
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
        return Roberta.read(source);
    }
}
