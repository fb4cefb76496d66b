package ham.export.bake.match;

import ham.export.bake.read.ElementFormat;
import ham.export.bake.read.Messages;
import ham.export.bake.read.Scratch;
import ham.export.bake.read.TensorEntry;
import ham.export.proto.TensorProto;
import ham.merge.InputException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Values of a graph's constants, read as far as they are needed. */
public final class Content {

    /** Values that are compared before all are read. */
    private static final int SAMPLE = 16;

    /**
     * Lines at a time in which a matrix is read against its order. More of them fall out of the cache before their next value is asked for:
     * lines of 768 numbers share a sixteenth of its places.
     */
    public static final int TILE = 8;

    private Content() {}

    /** Whether a constant holds these weights [rows, columns] at a place, in the precision that it is stored in. */
    static boolean equals(Placement placement, float[] weights, Scratch scratch) {
        return sampleEquals(placement, weights) && allEqual(placement, weights, scratch);
    }

    private static boolean sampleEquals(Placement placement, float[] weights) {
        ElementFormat format = format(placement.tensor());
        int count = Math.min(SAMPLE, placement.together());
        float[] stored = values(placement.tensor(), placement.index(0), count);
        int step = placement.transposed() ? placement.block().columns() : 1;
        for (int i = 0; i < count; i++) {
            if (!format.same(stored[i], format.round(weights[i * step]))) {
                return false;
            }
        }
        return true;
    }

    private static boolean allEqual(Placement placement, float[] weights, Scratch scratch) {
        ElementFormat format = format(placement.tensor());
        int together = placement.together();
        int lines = placement.lines();
        float[] stored = scratch.floats(lines * together);
        if (!placement.transposed() || together == placement.columns()) {
            read(placement.tensor(), placement.index(0), stored.length, stored, 0);
        } else {
            for (int line = 0; line < lines; line++) {
                read(placement.tensor(), placement.index(line), together, stored, line * together);
            }
        }
        return placement.transposed()
                ? sameTransposed(format, stored, weights, together, lines)
                : sameLines(format, stored, weights);
    }

    private static boolean sameLines(ElementFormat format, float[] stored, float[] weights) {
        for (int i = 0; i < weights.length; i++) {
            if (stored[i] != weights[i] && !format.same(stored[i], format.round(weights[i]))) {
                return false;
            }
        }
        return true;
    }

    /** Compares [in, out] with [out, in]. */
    private static boolean sameTransposed(
            ElementFormat format, float[] stored, float[] weights, int outputs, int inputs) {
        for (int from = 0; from < inputs; from += TILE) {
            int to = Math.min(inputs, from + TILE);
            for (int output = 0; output < outputs; output++) {
                for (int input = from; input < to; input++) {
                    float found = stored[input * outputs + output];
                    float weight = weights[output * inputs + input];
                    if (found != weight && !format.same(found, format.round(weight))) {
                        return false;
                    }
                }
            }
        }
        return true;
    }

    /** What stands at a place, as [out, in] like the weights. */
    static float[] block(Placement placement) {
        int lines = placement.lines();
        int together = placement.together();
        float[] values = new float[lines * together];
        if (!placement.transposed()) {
            read(placement.tensor(), placement.index(0), values.length, values, 0);
            return values;
        }
        float[] line = new float[together];
        for (int input = 0; input < lines; input++) {
            read(placement.tensor(), placement.index(input), together, line, 0);
            for (int output = 0; output < together; output++) {
                values[output * lines + input] = line[output];
            }
        }
        return values;
    }

    /** The first line of what stands at a place, and the same of the weights [out, in], to tell the plainly different apart. */
    static float[][] sample(Placement placement, float[] weights) {
        int count = placement.together();
        float[] expected = new float[count];
        int step = placement.transposed() ? placement.block().columns() : 1;
        for (int i = 0; i < count; i++) {
            expected[i] = weights[i * step];
        }
        return new float[][] {values(placement.tensor(), placement.index(0), count), expected};
    }

    /** The number format of a constant. */
    public static ElementFormat format(TensorEntry tensor) {
        return ElementFormat.of(tensor.dataType()).orElseThrow();
    }

    /** Some values of a constant, widened. */
    static float[] values(TensorEntry tensor, long first, int count) {
        float[] values = new float[count];
        read(tensor, first, count, values, 0);
        return values;
    }

    /** Some values of a constant, widened, into an array from an index on. */
    public static void read(TensorEntry tensor, long first, int count, float[] target, int at) {
        ElementFormat format = format(tensor);
        if (tensor.values().isEmpty()) {
            ByteBuffer listed = ByteBuffer.wrap(listed(tensor)).order(ByteOrder.LITTLE_ENDIAN);
            ByteBuffer part = listed.slice((int) first * format.bytes(), count * format.bytes());
            format.decode(part.order(ByteOrder.LITTLE_ENDIAN), target, at);
            return;
        }
        tensor.source()
                .chunks(
                        tensor.values().get().start() + first * format.bytes(),
                        (long) count * format.bytes(),
                        (part, from) -> format.decode(part, target, at + (int) (from / format.bytes())));
    }

    /** Values that stand as numbers in a list of the message. */
    private static byte[] listed(TensorEntry tensor) {
        ElementFormat format = format(tensor);
        TensorProto message = Messages.tensor(tensor.source(), tensor.field());
        int count = format == ElementFormat.FLOAT ? message.getFloatDataCount() : message.getInt32DataCount();
        if (count != tensor.elements()) {
            throw new InputException(
                    tensor.source().path(),
                    "tensor '" + tensor.name() + "': expected " + tensor.elements() + " values, found " + count);
        }
        ByteBuffer bytes = ByteBuffer.allocate(count * format.bytes()).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < count; i++) {
            if (format == ElementFormat.FLOAT) {
                bytes.putFloat(message.getFloatData(i));
            } else {
                bytes.putShort((short) message.getInt32Data(i));
            }
        }
        return bytes.array();
    }
}
