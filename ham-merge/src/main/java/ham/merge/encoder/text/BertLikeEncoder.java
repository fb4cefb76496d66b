package ham.merge.encoder.text;

import ham.merge.encoder.Activation;
import ham.merge.encoder.EncoderNames;
import ham.merge.encoder.EncoderSource;
import ham.merge.encoder.Ops;
import ham.merge.encoder.Part;
import java.util.List;
import java.util.Map;

/**
 * A text encoder with BERT's embeddings and head: words, positions and perhaps token types (texts are of type 0) are added and normalised; a layer with
 * an activation on the first token feeds the last layer of the classifier, and {@code tanh} of the pooler is {@code pooler_output}.
 */
public abstract class BertLikeEncoder extends TextEncoder {
    /** Module of the LayerNorm after the embeddings. */
    private static final String NORM = "embeddings.LayerNorm";

    private static final String WORDS = "embeddings.word_embeddings.weight";
    private static final String POSITIONS = "embeddings.position_embeddings.weight";
    private static final String TYPES = "embeddings.token_type_embeddings.weight";

    private final boolean types;
    private final boolean pooler;
    private final String dense;
    private final Activation activation;

    /**
     * An encoder.
     *
     * @param types whether there is a table of token types
     * @param dense full name of the layer before the classifier's last
     * @param activation after {@code dense}
     */
    protected BertLikeEncoder(
            String family,
            EncoderSource source,
            EncoderNames names,
            TextTrunk trunk,
            boolean types,
            String dense,
            Activation activation) {
        super(family, source, names, trunk);
        this.types = types;
        this.dense = dense;
        this.activation = activation;
        pooler = names.has(Part.POOLER) && source.tensors().has(names.name(Part.POOLER) + ".weight");
        long d = trunk.hidden();
        require()
                .add(names.inside(WORDS), trunk.vocabulary(), d)
                .add(names.inside(POSITIONS), trunk.positions(), d)
                .norm(names.inside(NORM), d);
        if (types) {
            require().add(names.inside(TYPES), trunk.types(), d);
        }
        requireBlocks();
        if (pooler) {
            require().linear(names.name(Part.POOLER), d, d, true);
        }
        if (givesClassifierFeature()) {
            require().linear(dense, d, d, true);
        }
        requireClassifier(d);
    }

    @Override
    public final List<String> outputs() {
        return classes().isPresent() ? List.of(LOGITS) : pooler ? List.of(TOKENS, POOLED) : List.of(TOKENS);
    }

    /**
     * The rows of the table of positions for the tokens [n, t].
     *
     * @param table name of the table
     */
    protected abstract <V> V positions(Ops<V> ops, String table, V numbers);

    @Override
    protected final <V> V embed(Ops<V> ops, V numbers) {
        V words = ops.rows(names().inside(WORDS), numbers);
        V typed = types ? ops.add(words, ops.slice(ops.weight(names().inside(TYPES)), 0, 0, 1)) : words;
        V placed = ops.add(typed, positions(ops, names().inside(POSITIONS), numbers));
        return ops.layerNorm(placed, names().inside(NORM), trunk().epsilon());
    }

    @Override
    protected final <V> V classified(Ops<V> ops, V tokens) {
        return first(ops, tokens, dense, activation);
    }

    @Override
    protected final <V> V pooled(Ops<V> ops, Map<String, V> inputs, V tokens) {
        return first(ops, tokens, names().name(Part.POOLER), Activation.TANH);
    }

    private <V> V first(Ops<V> ops, V tokens, String module, Activation function) {
        return ops.activate(function, linear(ops, ops.token(tokens, 0), module));
    }
}
