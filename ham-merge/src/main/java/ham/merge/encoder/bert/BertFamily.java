package ham.merge.encoder.bert;

import static java.util.Map.entry;

import ham.merge.encoder.ConfigReader;
import ham.merge.encoder.Encoder;
import ham.merge.encoder.EncoderFamily;
import ham.merge.encoder.EncoderSource;
import ham.merge.encoder.NamingScheme;
import ham.merge.encoder.Part;
import java.util.List;
import java.util.Map;

/** Recognises BERT by {@code model_type}. */
public final class BertFamily implements EncoderFamily {
    static final NamingScheme SCHEME = new NamingScheme(
            List.of("bert."),
            "encoder.layer",
            Map.ofEntries(
                    entry(Part.POOLER, "pooler.dense"),
                    entry(Part.CLASSIFIER, "classifier"),
                    entry(Part.QUERY, "attention.self.query"),
                    entry(Part.KEY, "attention.self.key"),
                    entry(Part.VALUE, "attention.self.value"),
                    entry(Part.ATTENTION_OUTPUT, "attention.output.dense"),
                    entry(Part.NORM_BEFORE, "attention.output.LayerNorm"),
                    entry(Part.FC1, "intermediate.dense"),
                    entry(Part.FC2, "output.dense"),
                    entry(Part.NORM_AFTER, "output.LayerNorm")));

    @Override
    public String name() {
        return "bert";
    }

    @Override
    public boolean recognises(ConfigReader config) {
        return config.json().path("model_type").asText().equals("bert");
    }

    @Override
    public List<NamingScheme> schemes() {
        return List.of(SCHEME);
    }

    @Override
    public Encoder read(EncoderSource source) {
        return Bert.read(source);
    }
}
