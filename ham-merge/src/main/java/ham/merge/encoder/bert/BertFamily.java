package ham.merge.encoder.bert;

import static java.util.Map.entry;

import ham.merge.encoder.EncoderFamily;
import ham.merge.encoder.NamingScheme;
import ham.merge.encoder.Part;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** How BERT is recognised and named. */
public final class BertFamily {
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

    /** The family. */
    public static final EncoderFamily FAMILY = new EncoderFamily("bert", Set.of("bert"), List.of(SCHEME), Bert::read);

    private BertFamily() {}
}
