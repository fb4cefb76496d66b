package ham.export.bake;

import ham.merge.InputException;
import ham.merge.tensor.Matrix;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.SortedMap;

/**
 * The values of a constant with deltas added: each is the sum of weight and delta in float32, rounded once to the constant's format.
 * Where a delta is zero the bytes stay as they are.
 *
 * @param tensor the constant
 * @param matches what is added where; their places do not overlap
 * @param deltas the deltas by layer
 * @param search knows the weights before the change
 */
record ChangedTensor(TensorEntry tensor, List<Match> matches, SortedMap<String, Matrix> deltas, Search search)
        implements Bytes {

    ChangedTensor {
        matches = List.copyOf(matches);
    }

    @Override
    public long length() {
        return tensor.elements() * Content.format(tensor).bytes();
    }

    @Override
    public ByteBuffer make() {
        ByteBuffer values = ByteBuffer.wrap(Content.bytes(tensor)).order(ByteOrder.LITTLE_ENDIAN);
        for (Match match : matches) {
            add(values, match, deltas.get(match.layer()).data());
        }
        return values;
    }

    private void add(ByteBuffer values, Match match, float[] delta) {
        Placement placement = match.placement();
        ElementFormat format = Content.format(tensor);
        float[] weights = search.base(placement);
        int inputs = placement.block().columns();
        for (int output = 0; output < placement.block().rows(); output++) {
            for (int input = 0; input < inputs; input++) {
                float change = delta[output * inputs + input];
                if (change == 0) {
                    continue;
                }
                float sum = format.round(weights[output * inputs + input] + change);
                if (!Float.isFinite(sum)) {
                    throw new InputException(
                            "Layer '" + match.layer() + "': expected finite sums of weight and delta in "
                                    + format + ", found " + sum + " in constant '" + tensor.name()
                                    + "'; check the merge's scalars");
                }
                long index = placement.transposed() ? placement.index(input) + output : placement.index(output) + input;
                format.encode(sum, values, (int) index);
            }
        }
    }
}
