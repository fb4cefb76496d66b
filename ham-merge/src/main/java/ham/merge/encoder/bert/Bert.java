package ham.merge.encoder.bert;

import ham.merge.encoder.Activation;
import ham.merge.encoder.EncoderNames;
import ham.merge.encoder.EncoderSource;
import ham.merge.encoder.Ops;
import ham.merge.encoder.Part;
import ham.merge.encoder.text.BertLikeEncoder;
import ham.merge.encoder.text.TextTrunk;
import java.util.List;
import java.util.regex.Pattern;

/** BERT. Its classifier reads the pooler's output. */
final class Bert extends BertLikeEncoder {
    private static final Pattern UNUSED =
            Pattern.compile("embeddings\\.position_ids|cls\\..*|pooler\\.dense\\.(weight|bias)");

    private Bert(EncoderSource source, EncoderNames names) {
        super(
                "BERT",
                source,
                names,
                TextTrunk.read(source.config(), 0),
                true,
                names.name(Part.POOLER),
                Activation.TANH);
    }

    static Bert read(EncoderSource source) {
        return new Bert(source, EncoderNames.find(List.of(BertFamily.SCHEME), source.tensors()));
    }

    @Override
    protected Pattern unused() {
        return UNUSED;
    }

    @Override
    public boolean readsPooler() {
        return givesClassifierFeature();
    }

    @Override
    protected <V> V positions(Ops<V> ops, String table, V numbers) {
        return ops.positions(table, numbers, 0);
    }
}
