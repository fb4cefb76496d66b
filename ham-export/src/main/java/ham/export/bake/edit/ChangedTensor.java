package ham.export.bake.edit;

import ham.export.bake.match.Content;
import ham.export.bake.match.Match;
import ham.export.bake.match.Placement;
import ham.export.bake.match.Search;
import ham.export.bake.read.Bytes;
import ham.export.bake.read.ElementFormat;
import ham.export.bake.read.Scratch;
import ham.export.bake.read.TensorEntry;
import ham.merge.InputException;
import ham.merge.tensor.Matrix;
import java.io.IOException;
import java.nio.channels.WritableByteChannel;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;

/**
 * The values of a constant with deltas added: each is the sum of weight and delta in float32, rounded once to the constant's format.
 * Where a delta is zero the bytes stay as they are.
 *
 * @param tensor the constant
 * @param matches what is added where; their places do not overlap
 * @param deltas the deltas by layer
 * @param search knows the weights before the change; empty for the deltas alone, with zeros where there is none
 * @param scratch for the values of one constant
 */
record ChangedTensor(
        TensorEntry tensor,
        List<Match> matches,
        SortedMap<String, Matrix> deltas,
        Optional<Search> search,
        Scratch scratch)
        implements Bytes {

    /** Side of the tiles in which a matrix is transposed, so that both sides stay in the cache. */
    private static final int TILE = 32;

    ChangedTensor {
        matches = List.copyOf(matches);
    }

    @Override
    public long length() {
        return tensor.elements() * Content.format(tensor).bytes();
    }

    @Override
    public void write(WritableByteChannel target) throws IOException {
        ElementFormat format = Content.format(tensor);
        float[] values = scratch.floats(Math.toIntExact(tensor.elements()));
        if (search.isPresent()) {
            Content.read(tensor, 0, values.length, values, 0);
        } else {
            Arrays.fill(values, 0);
        }
        for (Match match : matches) {
            float[] sums = sums(match, format);
            put(values, match.placement(), sums);
        }
        format.write(values, target);
    }

    /** Weights and delta added up; where the delta is zero, NaN: there the stored value stays. */
    private float[] sums(Match match, ElementFormat format) {
        float[] delta = deltas.get(match.layer()).data();
        double factor = match.likeness().factor();
        float[] sums = search.isPresent() ? search.get().base(match) : new float[delta.length];
        boolean finite = true;
        for (int i = 0; i < sums.length; i++) {
            float sum = sums[i] + (float) (factor * delta[i]);
            finite &= Math.abs(sum) <= Float.MAX_VALUE;
            sums[i] = delta[i] == 0 ? Float.NaN : sum;
        }
        for (int i = 0; format != ElementFormat.FLOAT && i < sums.length; i++) {
            sums[i] = format.round(sums[i]);
            finite &= !Float.isInfinite(sums[i]);
        }
        if (!finite) {
            throw new InputException("Layer '" + match.layer() + "': expected finite sums of weight and delta in "
                    + format + ", found others in constant '" + tensor.name() + "'; check the merge's scalars");
        }
        return sums;
    }

    private static void put(float[] values, Placement placement, float[] sums) {
        int inputs = placement.block().columns();
        int outputs = placement.block().rows();
        int outputStep = placement.transposed() ? 1 : placement.columns();
        int inputStep = placement.transposed() ? placement.columns() : 1;
        int first = (int) placement.index(0);
        for (int from = 0; from < inputs; from += TILE) {
            int to = Math.min(inputs, from + TILE);
            for (int output = 0; output < outputs; output++) {
                int at = first + output * outputStep + from * inputStep;
                for (int input = from; input < to; input++, at += inputStep) {
                    float sum = sums[output * inputs + input];
                    if (!Float.isNaN(sum)) {
                        values[at] = sum;
                    }
                }
            }
        }
    }
}
