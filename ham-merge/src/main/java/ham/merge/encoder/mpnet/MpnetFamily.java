package ham.merge.encoder.mpnet;

import static java.util.Map.entry;

import ham.merge.encoder.EncoderFamily;
import ham.merge.encoder.NamingScheme;
import ham.merge.encoder.Part;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** How MPNet is recognised and named. */
public final class MpnetFamily {
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

    /** The family. */
    public static final EncoderFamily FAMILY =
            new EncoderFamily("mpnet", Set.of("mpnet"), List.of(SCHEME), Mpnet::read);

    private MpnetFamily() {}
}
