package ham.runtime.tensor;

import ham.runtime.ModelException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;

/**
 * A tensor as raw little-endian bytes, row-major. A direct buffer goes to ONNX Runtime without a copy. The bytes are shared
 * with whoever made the tensor, which must not change them.
 *
 * <p>float16 and bfloat16 stay as they are: 2 bytes an element; {@link #floats} widens them.
 *
 * @param type type of the elements
 * @param shape sizes of the dimensions; empty for a scalar
 * @param data the elements: as many bytes as type and shape say
 */
public record Tensor(ElementType type, List<Long> shape, ByteBuffer data) {
    /**
     * Checks the bytes against the shape.
     *
     * @throws ModelException if a dimension is negative or the number of bytes is another than type and shape say
     */
    public Tensor {
        shape = List.copyOf(shape);
        long bytes = type.bytes();
        for (long size : shape) {
            if (size < 0) {
                throw new ModelException("A tensor's dimensions cannot be negative, found " + shape + ".");
            }
            bytes = size == 0 || bytes <= Long.MAX_VALUE / size ? bytes * size : Long.MAX_VALUE;
        }
        if (bytes != data.remaining()) {
            throw new ModelException("A tensor of type " + type.label() + " and shape " + shape + " needs " + bytes
                    + " bytes, found " + data.remaining() + ".");
        }
        data = data.slice().asReadOnlyBuffer();
    }

    /** A float32 tensor with a copy of the values. */
    public static Tensor of(float[] values, long... shape) {
        ByteBuffer data = allocate(4, values.length);
        data.asFloatBuffer().put(values);
        return new Tensor(ElementType.FLOAT32, boxed(shape), data);
    }

    /** An int64 tensor with a copy of the values. */
    public static Tensor of(long[] values, long... shape) {
        ByteBuffer data = allocate(8, values.length);
        data.asLongBuffer().put(values);
        return new Tensor(ElementType.INT64, boxed(shape), data);
    }

    /** An int32 tensor with a copy of the values. */
    public static Tensor of(int[] values, long... shape) {
        ByteBuffer data = allocate(4, values.length);
        data.asIntBuffer().put(values);
        return new Tensor(ElementType.INT32, boxed(shape), data);
    }

    /** A uint8 tensor with a copy of the values, each byte unsigned. */
    public static Tensor of(byte[] values, long... shape) {
        return new Tensor(
                ElementType.UINT8,
                boxed(shape),
                allocate(1, values.length).put(values).flip());
    }

    /** A bool tensor with a copy of the values. */
    public static Tensor of(boolean[] values, long... shape) {
        ByteBuffer data = allocate(1, values.length);
        for (boolean value : values) {
            data.put((byte) (value ? 1 : 0));
        }
        return new Tensor(ElementType.BOOL, boxed(shape), data.flip());
    }

    /** The bytes: read only, little endian, at position 0, with a position of its own at every call. */
    @Override
    public ByteBuffer data() {
        return data.duplicate().order(ByteOrder.LITTLE_ENDIAN);
    }

    /** Number of elements; 1 for a scalar. */
    public int elements() {
        return data.remaining() / type.bytes();
    }

    /**
     * A copy of the values of a float32, float16, bfloat16 or (rounded) float64 tensor.
     *
     * @throws ModelException if it has another type
     */
    public float[] floats() {
        float[] values = new float[elements()];
        ByteBuffer bytes = data();
        switch (type) {
            case FLOAT32 -> bytes.asFloatBuffer().get(values);
            case FLOAT16 -> Halves.widenFloat16(bytes.asShortBuffer(), values);
            case BFLOAT16 -> Halves.widenBfloat16(bytes.asShortBuffer(), values);
            case FLOAT64 -> {
                for (int i = 0; i < values.length; i++) {
                    values[i] = (float) bytes.getDouble(8 * i);
                }
            }
            default -> throw unexpected("float32, float16, bfloat16 or float64");
        }
        return values;
    }

    /**
     * A copy of the values of a tensor of integers or booleans (0 and 1).
     *
     * @throws ModelException if it has another type
     */
    public long[] longs() {
        long[] values = new long[elements()];
        ByteBuffer bytes = data();
        switch (type) {
            case INT64 -> bytes.asLongBuffer().get(values);
            case INT32 -> Arrays.setAll(values, i -> bytes.getInt(4 * i));
            case INT16 -> Arrays.setAll(values, i -> bytes.getShort(2 * i));
            case INT8 -> Arrays.setAll(values, i -> bytes.get(i));
            case UINT8, BOOL -> Arrays.setAll(values, i -> bytes.get(i) & 0xff);
            default -> throw unexpected("an integer type or bool");
        }
        return values;
    }

    private ModelException unexpected(String expected) {
        return new ModelException("Expected a tensor of type " + expected + ", found " + type.label() + ".");
    }

    private static ByteBuffer allocate(int bytes, int elements) {
        return ByteBuffer.allocateDirect(Math.multiplyExact(bytes, elements)).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static List<Long> boxed(long[] shape) {
        return LongStream.of(shape).boxed().toList();
    }
}
