package ham.merge.encoder.roberta;

import ham.merge.encoder.Activation;
import ham.merge.encoder.EncoderNames;
import ham.merge.encoder.EncoderSource;
import ham.merge.encoder.Ops;
import ham.merge.encoder.Part;
import ham.merge.encoder.text.TextEncoder;
import ham.merge.encoder.text.TextTrunk;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * RoBERTa. Positions count the tokens that are not padding, from the padding's number on. The last layer of its classifier reads {@code tanh} of a
 * layer on the first token.
 */
final class Roberta extends TextEncoder {
    private static final Pattern UNUSED =
            Pattern.compile("embeddings\\.position_ids|lm_head\\..*|pooler\\.dense\\.(weight|bias)");
    private static final String NORM = "embeddings.LayerNorm";
    private static final String WORDS = "embeddings.word_embeddings.weight";
    private static final String POSITIONS = "embeddings.position_embeddings.weight";
    private static final String TYPES = "embeddings.token_type_embeddings.weight";
    private static final String DENSE = "classifier.dense";

    private final boolean pooler;

    private Roberta(EncoderSource source, EncoderNames names, TextTrunk trunk) {
        super("RoBERTa", source, names, trunk);
        long d = trunk.hidden();
        pooler = source.tensors().has(names.name(Part.POOLER) + ".weight");
        require()
                .add(names.inside(WORDS), trunk.vocabulary(), d)
                .add(names.inside(POSITIONS), trunk.positions(), d)
                .add(names.inside(TYPES), trunk.types(), d)
                .norm(names.inside(NORM), d);
        requireBlocks();
        if (pooler) {
            require().linear(names.name(Part.POOLER), d, d, true);
        }
        if (classes().isPresent()) {
            require()
                    .linear(names.beside(DENSE), d, d, true)
                    .linear(classifier(), classes().getAsInt(), d, true);
        }
    }

    static Roberta read(EncoderSource source) {
        EncoderNames names = EncoderNames.find(List.of(RobertaFamily.SCHEME), source.tensors());
        return new Roberta(source, names, TextTrunk.read(source.config(), 1));
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
    public List<String> outputs() {
        return classes().isPresent() ? List.of(LOGITS) : pooler ? List.of(TOKENS, POOLED) : List.of(TOKENS);
    }

    @Override
    protected <V> V embed(Ops<V> ops, V numbers) {
        V words = ops.rows(names().inside(WORDS), numbers);
        V type = ops.slice(ops.weight(names().inside(TYPES)), 0, 0, 1);
        V places = ops.countedPositions(names().inside(POSITIONS), numbers, trunk().padding());
        return ops.layerNorm(ops.add(ops.add(words, type), places), names().inside(NORM), trunk().epsilon());
    }

    @Override
    protected <V> V classified(Ops<V> ops, V tokens) {
        return ops.activate(Activation.TANH, linear(ops, ops.token(tokens, 0), names().beside(DENSE)));
    }

    @Override
    protected <V> V pooled(Ops<V> ops, Map<String, V> inputs, V tokens) {
        return ops.activate(Activation.TANH, linear(ops, ops.token(tokens, 0), names().name(Part.POOLER)));
    }
}
