package ham.merge.encoder.distilbert;

import ham.merge.encoder.Activation;
import ham.merge.encoder.ConfigReader;
import ham.merge.encoder.EncoderNames;
import ham.merge.encoder.EncoderSource;
import ham.merge.encoder.Ops;
import ham.merge.encoder.text.TextEncoder;
import ham.merge.encoder.text.TextTrunk;
import java.util.List;
import java.util.regex.Pattern;

/** DistilBERT. The last layer of its classifier reads {@code relu} of a layer on the first token. */
final class Distilbert extends TextEncoder {
    private static final Pattern UNUSED =
            Pattern.compile("embeddings\\.position_ids|vocab_(transform|layer_norm|projector)\\..*");
    private static final String NORM = "embeddings.LayerNorm";
    private static final String WORDS = "embeddings.word_embeddings.weight";
    private static final String POSITIONS = "embeddings.position_embeddings.weight";
    private static final String DENSE = "pre_classifier";

    private Distilbert(EncoderSource source, EncoderNames names, TextTrunk trunk) {
        super("DistilBERT", source, names, trunk);
        long d = trunk.hidden();
        require()
                .add(names.inside(WORDS), trunk.vocabulary(), d)
                .add(names.inside(POSITIONS), trunk.positions(), d)
                .norm(names.inside(NORM), d);
        requireBlocks();
        if (classes().isPresent()) {
            require()
                    .linear(names.beside(DENSE), d, d, true)
                    .linear(classifier(), classes().getAsInt(), d, true);
        }
    }

    static Distilbert read(EncoderSource source) {
        ConfigReader config = source.config();
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
    protected <V> V embed(Ops<V> ops, V numbers) {
        V words = ops.rows(names().inside(WORDS), numbers);
        V placed = ops.add(words, ops.positions(names().inside(POSITIONS), numbers, 0));
        return ops.layerNorm(placed, names().inside(NORM), trunk().epsilon());
    }

    @Override
    protected <V> V classified(Ops<V> ops, V tokens) {
        return ops.activate(Activation.RELU, linear(ops, ops.token(tokens, 0), names().beside(DENSE)));
    }
}
