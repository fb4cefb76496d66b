package ham.export.precision;

import ham.merge.tensor.Matrix;

/**
 * A linear weight as 8-bit integers with one scale for each output channel: {@code w[o][i] ~ scales[o] * values[i * out + o]}.
 *
 * <p>Symmetric: the zero point is 0, and the largest magnitude of a channel becomes {@value #LARGEST}. Rounded to the nearest integer, ties to even, as
 * ONNX's QuantizeLinear does.
 *
 * <p>The eighth bit is left unused: x86 processors without VNNI multiply unsigned by signed bytes and add pairs of products in 16 signed bits, which
 * {@code 2 * 255 * 63 = 32130} fits and {@code 2 * 255 * 127} does not. There a sum that is too large is cut off without a word.
 *
 * @param in number of inputs
 * @param out number of outputs
 * @param values transposed, [in, out]
 * @param scales [out]
 */
@SuppressWarnings("ArrayRecordComponent")
record ChannelWeights(int in, int out, byte[] values, float[] scales) {
    static final int LARGEST = 63;

    /** Quantises a weight [out, in]. */
    static ChannelWeights of(Matrix weight) {
        int out = weight.rows();
        int in = weight.columns();
        byte[] values = new byte[in * out];
        float[] scales = new float[out];
        for (int o = 0; o < out; o++) {
            float largest = 0;
            for (int i = 0; i < in; i++) {
                largest = Math.max(largest, Math.abs(weight.data()[o * in + i]));
            }
            float scale = largest / LARGEST;
            scales[o] =
                    scale < Float.MIN_NORMAL ? 1 : scale; // a channel of zeros, or of numbers that no scale can hold
            for (int i = 0; i < in; i++) {
                values[i * out + o] = quantised(weight.data()[o * in + i], scales[o]);
            }
        }
        return new ChannelWeights(in, out, values, scales);
    }

    static byte quantised(float value, float scale) {
        return (byte) Math.max(-LARGEST, Math.min(LARGEST, (int) Math.rint(value / scale)));
    }
}
