package ham.merge.encoder.bert;

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

/** BERT. Its classifier reads the pooler's output: {@code tanh} of a layer on the first token. Texts are of token type 0. */
final class Bert extends TextEncoder {
    private static final Pattern UNUSED =
            Pattern.compile("embeddings\\.position_ids|cls\\..*|pooler\\.dense\\.(weight|bias)");
    private static final String NORM = "embeddings.LayerNorm";
    private static final String WORDS = "embeddings.word_embeddings.weight";
    private static final String POSITIONS = "embeddings.position_embeddings.weight";
    private static final String TYPES = "embeddings.token_type_embeddings.weight";

    /** Whether there is a pooler; without a classifier nothing but {@code pooler_output} reads it. */
    private final boolean pooler;

    private Bert(EncoderSource source, EncoderNames names, TextTrunk trunk) {
        super("BERT", source, names, trunk);
        pooler = source.tensors().has(names.name(Part.POOLER) + ".weight");
        long d = trunk.hidden();
        require()
                .add(names.inside(WORDS), trunk.vocabulary(), d)
                .add(names.inside(POSITIONS), trunk.positions(), d)
                .add(names.inside(TYPES), trunk.types(), d)
                .norm(names.inside(NORM), d);
        requireBlocks();
        if (pooler || classes().isPresent()) {
            require().linear(names.name(Part.POOLER), d, d, true);
        }
        if (classes().isPresent()) {
            require().linear(classifier(), classes().getAsInt(), d, true);
        }
    }

    static Bert read(EncoderSource source) {
        EncoderNames names = EncoderNames.find(List.of(BertFamily.SCHEME), source.tensors());
        return new Bert(source, names, TextTrunk.read(source.config(), 0));
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
    public boolean readsPooler() {
        return classes().isPresent();
    }

    @Override
    protected <V> V embed(Ops<V> ops, V numbers) {
        V words = ops.rows(names().inside(WORDS), numbers);
        V type = ops.slice(ops.weight(names().inside(TYPES)), 0, 0, 1);
        V placed = ops.add(ops.add(words, type), ops.positions(names().inside(POSITIONS), numbers, 0));
        return ops.layerNorm(placed, names().inside(NORM), trunk().epsilon());
    }

    @Override
    protected <V> V classified(Ops<V> ops, V tokens) {
        return ops.activate(Activation.TANH, linear(ops, ops.token(tokens, 0), names().name(Part.POOLER)));
    }

    @Override
    protected <V> V pooled(Ops<V> ops, Map<String, V> inputs, V tokens) {
        return classified(ops, tokens);
    }
}
