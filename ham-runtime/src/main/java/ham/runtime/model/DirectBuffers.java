package ham.runtime.model;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;

/** One direct buffer per thread for inputs, which grows to the largest that was asked for and is used again and again. */
final class DirectBuffers {
    private static final ThreadLocal<FloatBuffer> OF_THREAD = ThreadLocal.withInitial(() -> allocate(0));

    private DirectBuffers() {}

    /** An empty buffer of the given length, valid until this thread asks again. */
    static FloatBuffer floats(int length) {
        if (OF_THREAD.get().capacity() < length) {
            OF_THREAD.set(allocate(length));
        }
        return OF_THREAD.get().clear().limit(length);
    }

    private static FloatBuffer allocate(int length) {
        return ByteBuffer.allocateDirect(Math.multiplyExact(4, length))
                .order(ByteOrder.nativeOrder())
                .asFloatBuffer();
    }
}
