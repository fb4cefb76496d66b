package ham.runtime.tensor;

import ham.runtime.ModelException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.List;

/** One direct buffer per thread for inputs, which grows to the largest that was asked for and is used again and again. */
public final class DirectBuffers {
    private static final ThreadLocal<ByteBuffer> OF_THREAD = ThreadLocal.withInitial(() -> allocate(0));

    private DirectBuffers() {}

    /** An empty buffer of the given length, native byte order, valid until this thread asks again. */
    static ByteBuffer bytes(int length) {
        if (OF_THREAD.get().capacity() < length) {
            OF_THREAD.set(allocate(length));
        }
        return OF_THREAD.get().clear().limit(length);
    }

    /** An empty buffer of the given number of floats; see {@link #bytes}. */
    public static FloatBuffer floats(int length) {
        return bytes(Math.multiplyExact(Float.BYTES, length)).asFloatBuffer();
    }

    /** A new buffer for a tensor, zeroed, native byte order. */
    public static ByteBuffer of(ElementType type, List<Long> shape) {
        try {
            long bytes = shape.stream().reduce((long) type.bytes(), Math::multiplyExact);
            return allocate(Math.toIntExact(bytes));
        } catch (ArithmeticException e) {
            throw new ModelException(
                    "Expected a tensor of at most 2 GB, found one of type " + type.label() + " and shape " + shape
                            + ".",
                    e);
        }
    }

    private static ByteBuffer allocate(int length) {
        return ByteBuffer.allocateDirect(length).order(ByteOrder.nativeOrder());
    }
}
