package ham.merge.encoder;

import java.util.List;
import java.util.function.Supplier;

/**
 * The operations that a forward pass is written in. Plain Java, a builder of ONNX graphs and a training engine each interpret them.
 *
 * <p>Shapes: n inputs, t tokens, d width, h heads. Names are those that {@link EncoderNames} gives.
 *
 * @param <V> a value: numbers, a node of a graph, an array of an engine
 */
public interface Ops<V> {
    /** What is added to the score of padding: softmax makes zero of it, and it is finite in half precision, with the score too. */
    float PADDED = -30000;

    /** Tells whoever names what is computed that a part of the forward pass begins; nothing to those who compute. */
    default void section(String name) {}

    /** A tensor of the checkpoint in its own shape. */
    V weight(String name);

    /**
     * Numbers that no adapter changes, the same at every call under the same name.
     *
     * @param values row-major
     */
    V constant(String name, Supplier<float[]> values, long... shape);

    /** {@code x W^T}: x [..., in], W [out, in]. */
    V linear(V x, String weight);

    /** {@code x W^T + b}: x [..., in], W [out, in], b [out]. */
    V linear(V x, String weight, String bias);

    /** Layer normalisation over the last dimension with {@code module.weight} and {@code module.bias}. */
    V layerNorm(V x, String module, double epsilon);

    /** Elementwise sum, broadcast. */
    V add(V a, V b);

    /** Elementwise product, broadcast. */
    V multiply(V a, V b);

    /** Every entry times a number. */
    V scale(V x, double factor);

    /** Elementwise function. */
    V activate(Activation function, V x);

    /** Softmax over the last dimension. */
    V softmax(V x);

    /** Matrix product over the last two dimensions, [..., a, b] by [..., b, c]. */
    V matMul(V a, V b);

    /** Matrix product with the second transposed, [..., a, b] by [..., c, b]. */
    V matMulTransposed(V a, V b);

    /** [n, t, d] as [n, h, t, d / h]. */
    V heads(V x, int heads);

    /** [n, h, t, d / h] as [n, t, d]. */
    V join(V x);

    /**
     * Convolution without padding whose stride is its kernel: images [n, channels, side, side] to [n, patches, d], row by row.
     *
     * @param weight [d, channels, patch, patch]
     * @param bias [d]; null for none
     */
    V patches(V images, String weight, String bias, int patch);

    /** Rows of a table [rows, d] at numbers [n, t]: [n, t, d]. */
    V rows(String table, V numbers);

    /** One tensor behind the other along an axis. */
    V concatenate(int axis, List<V> parts);

    /** Entries {@code from} (inclusive) to {@code to} (exclusive) along an axis. */
    V slice(V x, int axis, int from, int to);

    /** The same entries, of known sizes, in other sizes. */
    V reshape(V x, int... sizes);

    /** [1, k, d] once for every input: [n, k, d]. */
    V repeat(V x, V inputs);

    /** One token: [n, t, d] to [n, d]. */
    V token(V x, int index);

    /** Mean of all tokens: [n, t, d] to [n, d]. */
    V mean(V x);

    /** Mean of the tokens that a mask [n, t] lets through: [n, t, d] to [n, d]; without any, zero. */
    V mean(V x, V mask);

    /** Every row divided by its length, and by 1e-12 where it is shorter. */
    V unit(V x);

    /** What is added to scores so that padding counts for nothing: mask [n, t] to [n, 1, 1, t], 0 for a token and a very small number for padding. */
    V attentionBias(V mask);

    /**
     * The first rows of a table, as many as numbers [n, t] have tokens: [1, t, d].
     *
     * @param first row of the first token
     */
    V positions(String table, V numbers, int first);

    /** Rows of a table by the place of a token among those that are not padding, counted from {@code padding + 1}; padding's is {@code padding}: [n, t, d]. */
    V countedPositions(String table, V numbers, int padding);

    /**
     * What is added to the scores of every two tokens: rows of a table [rows, h] as [1, h, t, t].
     *
     * @param name of {@code rows}, the same at every call with the same rows
     * @param rows row of tokens i and j at {@code i * most + j}
     * @param most the most tokens
     * @param numbers [n, t], whose t counts; null for {@code most}
     */
    V relativeBias(V table, String name, Supplier<int[]> rows, int most, V numbers);
}
