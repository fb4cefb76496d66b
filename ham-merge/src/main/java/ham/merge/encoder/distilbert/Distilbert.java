package ham.merge.encoder.distilbert;

import ham.merge.encoder.Activation;
import ham.merge.encoder.EncoderConfig;
import ham.merge.encoder.EncoderNames;
import ham.merge.encoder.EncoderSource;
import ham.merge.encoder.Ops;
import ham.merge.encoder.text.BertLikeEncoder;
import ham.merge.encoder.text.TextTrunk;
import java.util.List;
import java.util.regex.Pattern;

/** DistilBERT. The last layer of its classifier reads {@code relu} of a layer on the first token. */
final class Distilbert extends BertLikeEncoder {
    private static final Pattern UNUSED =
            Pattern.compile("embeddings\\.position_ids|vocab_(transform|layer_norm|projector)\\..*");

    private Distilbert(EncoderSource source, EncoderNames names, TextTrunk trunk) {
        super("DistilBERT", source, names, trunk, false, names.beside("pre_classifier"), Activation.RELU);
    }

    static Distilbert read(EncoderSource source) {
        EncoderConfig config = source.config();
        TextTrunk trunk = new TextTrunk(
                config.positive("dim", 768),
                config.positive("n_layers", 6),
                config.positive("n_heads", 12),
                config.positive("hidden_dim", 3072),
                config.positive("vocab_size", 30522),
                config.positive("max_position_embeddings", 512),
                0,
                config.count("pad_token_id", 0),
                1e-12,
                Activation.read(config, "activation", "gelu"));
        trunk.check(config);
        return new Distilbert(source, EncoderNames.find(List.of(DistilbertFamily.SCHEME), source.tensors()), trunk);
    }

    @Override
    protected Pattern unused() {
        return UNUSED;
    }

    @Override
    protected <V> V positions(Ops<V> ops, String table, V numbers) {
        return ops.positions(table, numbers, 0);
    }
}
