package ham.merge.encoder.text;

import ham.merge.encoder.AbstractEncoder;
import ham.merge.encoder.EncoderInput;
import ham.merge.encoder.EncoderNames;
import ham.merge.encoder.EncoderSource;
import ham.merge.encoder.Ops;
import ham.merge.encoder.Part;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;

/**
 * A text encoder of post-norm blocks. The feature is what the last layer of its classifier reads; without a classifier it is what {@link TextPooling}
 * makes of the tokens.
 */
public abstract class TextEncoder extends AbstractEncoder {
    private final TextTrunk trunk;
    private final TextPooling pooling;
    private final boolean classifies;

    protected TextEncoder(String family, EncoderSource source, EncoderNames names, TextTrunk trunk) {
        super(family, source, names);
        this.trunk = trunk;
        pooling = TextPooling.read(source.folder());
        classifies = source.classifies() || classes().isPresent();
    }

    /** Adds the shapes of all blocks. */
    protected final void requireBlocks() {
        long d = trunk.hidden();
        for (int block = 0; block < trunk.layers(); block++) {
            require()
                    .projections(names(), block, d, true)
                    .linear(names().name(Part.ATTENTION_OUTPUT, block), d, d, true)
                    .norm(names().name(Part.NORM_BEFORE, block), d)
                    .linear(names().name(Part.FC1, block), trunk.mlp(), d, true)
                    .linear(names().name(Part.FC2, block), d, trunk.mlp(), true)
                    .norm(names().name(Part.NORM_AFTER, block), d);
        }
    }

    /** Its sizes. */
    protected final TextTrunk trunk() {
        return trunk;
    }

    /** Most tokens of a text. */
    protected int longest() {
        return trunk.positions();
    }

    @Override
    public final EncoderInput input() {
        return new EncoderInput.Text(trunk.vocabulary(), longest(), trunk.padding());
    }

    @Override
    public final int width() {
        return trunk.hidden();
    }

    @Override
    public final int tokenWidth() {
        return trunk.hidden();
    }

    @Override
    public final int blocks() {
        return trunk.layers();
    }

    @Override
    public final int heads() {
        return trunk.heads();
    }

    @Override
    public List<String> outputs() {
        return classes().isPresent() ? List.of(LOGITS) : List.of(TOKENS);
    }

    /** Tokens with positions, normalised. */
    protected abstract <V> V embed(Ops<V> ops, V numbers);

    /** What is added to all scores beside padding; null for nothing. */
    protected <V> V relativeBias(Ops<V> ops, V numbers) {
        return null;
    }

    @Override
    public final <V> V tokens(Ops<V> ops, Map<String, V> inputs, BiConsumer<Integer, V> each) {
        V numbers = inputs.get(EncoderInput.IDS);
        V x = embed(ops, numbers);
        V bias = ops.attentionBias(inputs.get(EncoderInput.MASK));
        V relative = relativeBias(ops, numbers);
        V added = relative == null ? bias : ops.add(bias, relative);
        for (int block = 0; block < trunk.layers(); block++) {
            V mixed = attend(
                    ops,
                    heads(ops, x, Part.QUERY, block, trunk.heads()),
                    heads(ops, x, Part.KEY, block, trunk.heads()),
                    heads(ops, x, Part.VALUE, block, trunk.heads()),
                    trunk.scale(),
                    added,
                    block);
            x = ops.layerNorm(ops.add(mixed, x), names().name(Part.NORM_BEFORE, block), trunk.epsilon());
            V hidden = ops.activate(trunk.activation(), linear(ops, x, Part.FC1, block));
            x = ops.layerNorm(
                    ops.add(linear(ops, hidden, Part.FC2, block), x),
                    names().name(Part.NORM_AFTER, block),
                    trunk.epsilon());
            each.accept(block, x);
        }
        return x;
    }

    @Override
    public final <V> V blockFeature(Ops<V> ops, Map<String, V> inputs, V tokens) {
        return pooling.of(ops, tokens, inputs.get(EncoderInput.MASK));
    }

    @Override
    public final boolean givesClassifierFeature() {
        return classifies;
    }

    /** What the last layer of the classifier reads. */
    protected abstract <V> V classified(Ops<V> ops, V tokens);

    @Override
    public final <V> V feature(Ops<V> ops, Map<String, V> inputs, V tokens) {
        return classifies ? classified(ops, tokens) : pooling.of(ops, tokens, inputs.get(EncoderInput.MASK));
    }

    @Override
    protected <V> V pooled(Ops<V> ops, Map<String, V> inputs, V tokens) {
        throw new IllegalStateException("a " + family() + " has no pooled output");
    }
}
