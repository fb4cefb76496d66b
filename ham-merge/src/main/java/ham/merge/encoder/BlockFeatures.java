package ham.merge.encoder;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.function.BiConsumer;

/**
 * An encoder whose heads read, beside its own feature, one vector of each of its last blocks, the last block first: [n, f + k d] of an encoder
 * with a feature [n, f], k blocks and tokens of width d. What earlier blocks tell helps where data are far from what the encoder was trained on; the
 * linear evaluation of DINOv2 (arXiv 2304.07193) reads several blocks too.
 */
public final class BlockFeatures implements Encoder {
    private final Encoder encoder;
    private final int count;

    private BlockFeatures(Encoder encoder, int count) {
        if (count < 0 || count > encoder.blocks()) {
            throw new IllegalArgumentException("expected 0 to " + encoder.blocks() + " blocks, found " + count);
        }
        this.encoder = encoder;
        this.count = count;
    }

    /**
     * Of an encoder, or instead of the blocks that heads read of it.
     *
     * @param count k, up to its number of blocks; 0 for the encoder as it is
     */
    public static Encoder of(Encoder encoder, int count) {
        Encoder own = encoder instanceof BlockFeatures more ? more.encoder : encoder;
        return count == 0 ? own : new BlockFeatures(own, count);
    }

    @Override
    public int width() {
        return encoder.width() + count * tokenWidth();
    }

    @Override
    public <V> V feature(Ops<V> ops, Map<String, V> inputs) {
        List<V> last = new ArrayList<>();
        V tokens = encoder.tokens(ops, inputs, (block, given) -> {
            if (block >= encoder.blocks() - count) {
                last.add(0, given);
            }
        });
        ops.section(FEATURES);
        List<V> parts = new ArrayList<>();
        parts.add(encoder.feature(ops, inputs, tokens));
        for (V each : last) {
            ops.section(FEATURES + "block." + (encoder.blocks() - parts.size()) + ".");
            parts.add(encoder.blockFeature(ops, inputs, each));
        }
        ops.section(FEATURES + "blocks.");
        return ops.concatenate(1, parts);
    }

    /** @throws UnsupportedOperationException always: the last tokens do not tell what blocks before them gave */
    @Override
    public <V> V feature(Ops<V> ops, Map<String, V> inputs, V tokens) {
        throw new UnsupportedOperationException("features of several blocks are more than the last tokens tell");
    }

    @Override
    public <V> V blockFeature(Ops<V> ops, Map<String, V> inputs, V tokens) {
        return encoder.blockFeature(ops, inputs, tokens);
    }

    @Override
    public <V> V tokens(Ops<V> ops, Map<String, V> inputs, BiConsumer<Integer, V> block) {
        return encoder.tokens(ops, inputs, block);
    }

    @Override
    public <V> V output(String name, Ops<V> ops, Map<String, V> inputs, V tokens) {
        return encoder.output(name, ops, inputs, tokens);
    }

    @Override
    public int tokenWidth() {
        return encoder.tokenWidth();
    }

    @Override
    public String family() {
        return encoder.family();
    }

    @Override
    public EncoderInput input() {
        return encoder.input();
    }

    @Override
    public int blocks() {
        return encoder.blocks();
    }

    @Override
    public int heads() {
        return encoder.heads();
    }

    @Override
    public EncoderNames names() {
        return encoder.names();
    }

    @Override
    public boolean readsPooler() {
        return encoder.readsPooler();
    }

    @Override
    public boolean givesClassifierFeature() {
        return encoder.givesClassifierFeature();
    }

    @Override
    public Map<String, List<Long>> shapes() {
        return encoder.shapes();
    }

    @Override
    public boolean isUnused(String tensor) {
        return encoder.isUnused(tensor);
    }

    @Override
    public List<Place> parts() {
        return encoder.parts();
    }

    @Override
    public List<String> configuredLabels() {
        return encoder.configuredLabels();
    }

    @Override
    public OptionalInt classes() {
        return encoder.classes();
    }

    @Override
    public String classifier() {
        return encoder.classifier();
    }

    @Override
    public List<String> outputs() {
        return encoder.outputs();
    }
}
