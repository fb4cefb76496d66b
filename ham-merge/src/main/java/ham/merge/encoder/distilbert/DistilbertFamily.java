package ham.merge.encoder.distilbert;

import static java.util.Map.entry;

import ham.merge.encoder.EncoderFamily;
import ham.merge.encoder.NamingScheme;
import ham.merge.encoder.Part;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** How DistilBERT is recognised and named. */
public final class DistilbertFamily {
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

    /** The family. */
    public static final EncoderFamily FAMILY =
            new EncoderFamily("distilbert", Set.of("distilbert"), List.of(SCHEME), Distilbert::read);

    private DistilbertFamily() {}
}
