package ham.merge.encoder.mpnet;

import ham.merge.encoder.Activation;
import ham.merge.encoder.EncoderNames;
import ham.merge.encoder.EncoderSource;
import ham.merge.encoder.Ops;
import ham.merge.encoder.text.BertLikeEncoder;
import ham.merge.encoder.text.TextTrunk;
import java.util.List;
import java.util.regex.Pattern;

/**
 * MPNet: BERT's layers without token types, with a number for every two places added to the scores of all blocks. Positions count the tokens that are
 * not padding, from the padding's number on.
 */
final class Mpnet extends BertLikeEncoder {
    private static final Pattern UNUSED =
            Pattern.compile("embeddings\\.position_ids|lm_head\\..*|pooler\\.dense\\.(weight|bias)");
    private static final String RELATIVE = "encoder.relative_attention_bias.weight";
    /** The distances beyond this share a row. */
    private static final int FARTHEST = 128;
    /** Of its padding, whatever the configuration says. */
    private static final int PADDING = 1;

    private final int buckets;

    private Mpnet(EncoderSource source, EncoderNames names) {
        super(
                "MPNet",
                source,
                names,
                TextTrunk.read(source.config(), 1),
                false,
                names.beside("classifier.dense"),
                Activation.TANH);
        buckets = source.config().positive("relative_attention_num_buckets", 32);
        source.config().require(buckets == 32, "relative_attention_num_buckets 32", String.valueOf(buckets));
        require().add(names.inside(RELATIVE), buckets, trunk().heads());
    }

    static Mpnet read(EncoderSource source) {
        return new Mpnet(source, EncoderNames.find(List.of(MpnetFamily.SCHEME), source.tensors()));
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
    protected <V> V positions(Ops<V> ops, String table, V numbers) {
        return ops.countedPositions(table, numbers, PADDING);
    }

    @Override
    protected <V> V relativeBias(Ops<V> ops, V numbers) {
        String table = names().inside(RELATIVE);
        return ops.relativeBias(ops.weight(table), table + ".rows", this::rows, longest(), numbers);
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
}
