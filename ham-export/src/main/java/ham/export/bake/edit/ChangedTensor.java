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
            if (format == ElementFormat.FLOAT
                    && search.isPresent()
                    && match.likeness().exact()) {
                add(values, match); // what stands there is the weight, bit for bit
            } else {
                put(values, match.placement(), sums(match, format));
            }
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
        requireFinite(finite, match);
        return sums;
    }

    private void requireFinite(boolean finite, Match match) {
        if (!finite) {
            throw new InputException("Layer '" + match.layer() + "': expected finite sums of weight and delta in "
                    + Content.format(tensor) + ", found others in constant '" + tensor.name()
                    + "'; check the merge's scalars");
        }
    }

    /** What {@link #put} makes of {@link #sums}, in one pass, where the constant holds the weights themselves. */
    private void add(float[] values, Match match) {
        float[] delta = deltas.get(match.layer()).data();
        Placement placement = match.placement();
        int inputs = placement.block().columns();
        int outputs = placement.block().rows();
        int outputStep = outputStep(placement);
        int inputStep = inputStep(placement);
        int first = (int) placement.index(0);
        boolean finite = true;
        for (int from = 0; from < inputs; from += Content.TILE) {
            int to = Math.min(inputs, from + Content.TILE);
            for (int output = 0; output < outputs; output++) {
                int at = first + output * outputStep + from * inputStep;
                for (int input = from; input < to; input++, at += inputStep) {
                    // minus (0 - x) adds x; where x is a zero of either sign, a zero that is taken away leaves every
                    // value as it is
                    float sum = values[at] - (0f - delta[output * inputs + input]);
                    finite &= Math.abs(sum) <= Float.MAX_VALUE;
                    values[at] = sum;
                }
            }
        }
        requireFinite(finite, match);
    }

    private static void put(float[] values, Placement placement, float[] sums) {
        int inputs = placement.block().columns();
        int outputs = placement.block().rows();
        int outputStep = outputStep(placement);
        int inputStep = inputStep(placement);
        int first = (int) placement.index(0);
        for (int from = 0; from < inputs; from += Content.TILE) {
            int to = Math.min(inputs, from + Content.TILE);
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

    private static int outputStep(Placement placement) {
        return placement.transposed() ? 1 : placement.columns();
    }

    private static int inputStep(Placement placement) {
        return placement.transposed() ? placement.columns() : 1;
    }
}
