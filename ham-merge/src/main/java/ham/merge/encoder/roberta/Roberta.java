package ham.merge.encoder.roberta;

import ham.merge.encoder.Activation;
import ham.merge.encoder.EncoderNames;
import ham.merge.encoder.EncoderSource;
import ham.merge.encoder.Ops;
import ham.merge.encoder.text.BertLikeEncoder;
import ham.merge.encoder.text.TextTrunk;
import java.util.List;
import java.util.regex.Pattern;

/** RoBERTa. Positions count the tokens that are not padding, from the padding's number on. */
final class Roberta extends BertLikeEncoder {
    private static final Pattern UNUSED =
            Pattern.compile("embeddings\\.position_ids|lm_head\\..*|pooler\\.dense\\.(weight|bias)");

    private Roberta(EncoderSource source, EncoderNames names) {
        super(
                "RoBERTa",
                source,
                names,
                TextTrunk.read(source.config(), 1),
                true,
                names.beside("classifier.dense"),
                Activation.TANH);
    }

    static Roberta read(EncoderSource source) {
        return new Roberta(source, EncoderNames.find(List.of(RobertaFamily.SCHEME), source.tensors()));
    }

    @Override
    protected int longest() {
        return trunk().positions() - trunk().padding() - 1;
    }

    @Override
    protected Pattern unused() {
        return UNUSED;
    }

    @Override
    protected <V> V positions(Ops<V> ops, String table, V numbers) {
        return ops.countedPositions(table, numbers, trunk().padding());
    }
}
