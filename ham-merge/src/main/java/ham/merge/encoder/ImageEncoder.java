package ham.merge.encoder;

import ham.merge.safetensors.Tensors;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;

/** An image encoder of pre-norm blocks over patches. */
public abstract class ImageEncoder extends AbstractEncoder {
    private final Tensors tensors;
    private final ImageTrunk trunk;
    private final Activation activation;

    /**
     * Of a configuration with {@code id2label}.
     *
     * @param activation of the MLPs
     */
    protected ImageEncoder(
            String family, EncoderSource source, EncoderNames names, ImageTrunk trunk, Activation activation) {
        this(family, source.tensors(), names, source.config().labels("id2label"), trunk, activation);
    }

    /** An encoder whose configuration names its classes in its own way. */
    protected ImageEncoder(
            String family,
            Tensors tensors,
            EncoderNames names,
            List<String> labels,
            ImageTrunk trunk,
            Activation activation) {
        super(family, tensors, names, labels);
        this.tensors = tensors;
        this.trunk = trunk;
        this.activation = activation;
    }

    /** Its sizes. */
    protected final ImageTrunk trunk() {
        return trunk;
    }

    /** The function of its MLPs. */
    protected final Activation activation() {
        return activation;
    }

    @Override
    public final EncoderInput input() {
        return new EncoderInput.Images(trunk.side(), trunk.channels());
    }

    @Override
    public int width() {
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

    /** Adds the shapes of a block with biases and a plain MLP. */
    protected final void requireBlock(int block, long mlp, boolean projectionBias) {
        requireBlock(block, mlp, mlp, projectionBias);
    }

    /**
     * Adds the shapes of a block with biases.
     *
     * @param mlp values that the first layer of its MLP gives
     * @param inner values that the second takes
     */
    protected final void requireBlock(int block, long mlp, long inner, boolean projectionBias) {
        EncoderNames names = names();
        long d = trunk.hidden();
        require()
                .norm(names.name(Part.NORM_BEFORE, block), d)
                .norm(names.name(Part.NORM_AFTER, block), d)
                .projections(names, block, d, projectionBias)
                .linear(names.name(Part.ATTENTION_OUTPUT, block), d, d, true)
                .linear(names.name(Part.FC1, block), mlp, d, true)
                .linear(names.name(Part.FC2, block), d, inner, true);
    }

    /** Patches [n, p, d] by a convolution with a bias. */
    protected final <V> V patches(Ops<V> ops, V pixels) {
        String patch = names().name(Part.PATCH);
        return ops.patches(pixels, patch + ".weight", patch + ".bias", trunk.patch());
    }

    /**
     * Positions for images of the size that goes in.
     *
     * @param prefix rows before those of the patches
     * @param antialias how they are brought to another size
     */
    protected final <V> V positions(Ops<V> ops, int prefix, boolean antialias) {
        String name = names().name(Part.POSITIONS);
        return trunk.side() == trunk.nativeSide()
                ? ops.weight(name)
                : Positions.of(ops, tensors, name, prefix, trunk, antialias);
    }

    /**
     * {@code x + attention(norm(x))}, then {@code x + mlp(norm(x))}, each scaled where the model has LayerScale; block after block.
     *
     * @param each is told what a block gives
     */
    protected final <V> V throughBlocks(
            Ops<V> ops, V tokens, BiConsumer<Integer, V> each, BiFunction<V, Integer, V> attention) {
        V x = tokens;
        for (int block = 0; block < trunk.layers(); block++) {
            V mixed = attention.apply(norm(ops, x, Part.NORM_BEFORE, block), block);
            x = ops.add(x, scaled(ops, mixed, Part.ATTENTION_SCALE, block));
            V hidden = mlp(ops, norm(ops, x, Part.NORM_AFTER, block), block);
            x = ops.add(x, scaled(ops, hidden, Part.MLP_SCALE, block));
            each.accept(block, x);
        }
        return x;
    }

    /** The same with plain attention. */
    protected final <V> V throughBlocks(Ops<V> ops, V tokens, BiConsumer<Integer, V> each) {
        return throughBlocks(
                ops,
                tokens,
                each,
                (x, block) -> attend(
                        ops,
                        heads(ops, x, Part.QUERY, block, trunk.heads()),
                        heads(ops, x, Part.KEY, block, trunk.heads()),
                        heads(ops, x, Part.VALUE, block, trunk.heads()),
                        trunk.scale(),
                        null,
                        block));
    }

    private <V> V norm(Ops<V> ops, V x, Part part, int block) {
        return ops.layerNorm(x, names().name(part, block), trunk.epsilon());
    }

    /** The last norm. */
    protected final <V> V finalNorm(Ops<V> ops, V x) {
        return norm(ops, x, Part.FINAL_NORM, 0);
    }

    private <V> V scaled(Ops<V> ops, V x, Part part, int block) {
        return names().has(part) && shapes().containsKey(names().name(part, block))
                ? ops.multiply(x, ops.weight(names().name(part, block)))
                : x;
    }

    /** The MLP of a block. */
    protected <V> V mlp(Ops<V> ops, V x, int block) {
        return linear(ops, ops.activate(activation, linear(ops, x, Part.FC1, block)), Part.FC2, block);
    }

    /** An MLP whose first layer gives two halves, the activated first to be multiplied with the second. */
    protected final <V> V packedMlp(Ops<V> ops, V x, Activation function, int block) {
        V hidden = linear(ops, x, Part.FC1, block);
        int both = Math.toIntExact(
                shapes().get(names().name(Part.FC1, block) + ".weight").get(0));
        V gate = ops.activate(function, ops.slice(hidden, 2, 0, both / 2));
        return linear(ops, ops.multiply(gate, ops.slice(hidden, 2, both / 2, both)), Part.FC2, block);
    }

    /** What a probe collects of tokens [n, t, d], [n, d]. */
    protected final <V> V collected(Ops<V> ops, ProbePooling head, V inputs, V tokens) {
        V probe = ops.repeat(ops.weight(head.probe()), inputs);
        V query = ops.heads(linear(ops, probe, head.query()), trunk.heads());
        V key = ops.heads(linear(ops, tokens, head.key()), trunk.heads());
        V value = ops.heads(linear(ops, tokens, head.value()), trunk.heads());
        V weights = ops.softmax(ops.matMulTransposed(ops.scale(query, trunk.scale()), key));
        V collected = linear(ops, ops.join(ops.matMul(weights, value)), head.output());
        V hidden = linear(ops, ops.layerNorm(collected, head.norm(), trunk.epsilon()), head.fc1());
        return ops.token(ops.add(collected, linear(ops, ops.activate(activation, hidden), head.fc2())), 0);
    }

    /** Tokens before those of the patches. */
    protected abstract int prefix();

    /** The patches' tokens among all. */
    protected final <V> V ofPatches(Ops<V> ops, V tokens) {
        return ops.slice(tokens, 1, prefix(), prefix() + trunk.patches());
    }

    /** The mean of the patches' tokens, normalised by the model's last norm. */
    @Override
    public final <V> V blockFeature(Ops<V> ops, Map<String, V> inputs, V tokens) {
        return finalNorm(ops, ops.mean(ofPatches(ops, tokens)));
    }

    /** The class token where nothing else is said. */
    @Override
    public <V> V feature(Ops<V> ops, Map<String, V> inputs, V tokens) {
        return ops.token(tokens, 0);
    }
}
