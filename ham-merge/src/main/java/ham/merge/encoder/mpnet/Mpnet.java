package ham.merge.encoder.mpnet;

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
 * MPNet: BERT's layers, with a number for every two places added to the scores of all blocks. Positions count the tokens that are not padding, from the padding's number on. The last layer of its classifier reads {@code tanh} of a
 * layer on the first token.
 */
final class Mpnet extends TextEncoder {
    private static final Pattern UNUSED =
            Pattern.compile("embeddings\\.position_ids|lm_head\\..*|pooler\\.dense\\.(weight|bias)");
    private static final String NORM = "embeddings.LayerNorm";
    private static final String WORDS = "embeddings.word_embeddings.weight";
    private static final String POSITIONS = "embeddings.position_embeddings.weight";
    private static final String RELATIVE = "encoder.relative_attention_bias.weight";
    /** The distances beyond this share a row. */
    private static final int FARTHEST = 128;
    /** Of its padding, whatever the configuration says. */
    private static final int PADDING = 1;

    private static final String DENSE = "classifier.dense";

    private final boolean pooler;
    private final int buckets;

    private Mpnet(EncoderSource source, EncoderNames names, TextTrunk trunk) {
        super("MPNet", source, names, trunk);
        buckets = source.config().positive("relative_attention_num_buckets", 32);
        source.config().require(buckets == 32, "relative_attention_num_buckets 32", String.valueOf(buckets));
        long d = trunk.hidden();
        pooler = source.tensors().has(names.name(Part.POOLER) + ".weight");
        require()
                .add(names.inside(WORDS), trunk.vocabulary(), d)
                .add(names.inside(POSITIONS), trunk.positions(), d)
                .add(names.inside(RELATIVE), buckets, trunk.heads())
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

    static Mpnet read(EncoderSource source) {
        EncoderNames names = EncoderNames.find(List.of(MpnetFamily.SCHEME), source.tensors());
        return new Mpnet(source, names, TextTrunk.read(source.config(), 1));
    }

    @Override
    protected int longest() {
        return trunk().positions() - PADDING - 1;
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
        V places = ops.countedPositions(names().inside(POSITIONS), numbers, PADDING);
        return ops.layerNorm(ops.add(words, places), names().inside(NORM), trunk().epsilon());
    }

    @Override
    protected <V> V relativeBias(Ops<V> ops, V numbers) {
        return ops.relativeBias(names().inside(RELATIVE), this::rows, longest(), numbers);
    }

    /** The row of every two places, in single precision as transformers counts: near ones have their own, far ones share by the logarithm of their distance. */
    private int[] rows() {
        int longest = longest();
        int half = buckets / 2;
        int near = half / 2;
        int[] rows = new int[longest * longest];
        for (int i = 0; i < longest; i++) {
            for (int j = 0; j < longest; j++) {
                int distance = Math.abs(i - j);
                int row = distance;
                if (distance >= near) {
                    float logarithm = (float) Math.log((float) distance / near);
                    float share = logarithm / (float) Math.log((double) FARTHEST / near) * (half - near);
                    row = Math.min(half - 1, near + (int) share);
                }
                rows[i * longest + j] = row + (j > i ? half : 0);
            }
        }
        return rows;
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
