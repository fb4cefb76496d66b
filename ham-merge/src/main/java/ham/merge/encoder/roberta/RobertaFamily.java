package ham.merge.encoder.roberta;

import static java.util.Map.entry;

import ham.merge.encoder.EncoderFamily;
import ham.merge.encoder.NamingScheme;
import ham.merge.encoder.Part;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** How RoBERTa, and models of the same layers, are recognised and named. */
public final class RobertaFamily {
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

    /** The family. */
    public static final EncoderFamily FAMILY =
            new EncoderFamily("roberta", Set.of("roberta", "xlm-roberta", "camembert"), List.of(SCHEME), Roberta::read);

    private RobertaFamily() {}
}
