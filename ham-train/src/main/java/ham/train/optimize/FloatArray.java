package ham.train.optimize;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;

/** Float32 numbers in Java's direct memory, which the engine reads and writes in place. */
public final class FloatArray {
    private final ByteBuffer bytes;
    private final FloatBuffer floats;

    /** Takes memory for numbers, and copies them. */
    public FloatArray(float[] initial) {
        bytes = ByteBuffer.allocateDirect(Math.multiplyExact(initial.length, Float.BYTES))
                .order(ByteOrder.nativeOrder());
        floats = bytes.asFloatBuffer();
        floats.put(0, initial);
    }

    /** How many numbers. */
    public int size() {
        return floats.capacity();
    }

    /** The memory itself, in native byte order. */
    public ByteBuffer bytes() {
        return bytes.duplicate().order(ByteOrder.nativeOrder());
    }

    /** A copy of the numbers. */
    public float[] values() {
        float[] values = new float[size()];
        floats.get(0, values);
        return values;
    }

    /** Copies numbers in. */
    public void set(float[] values) {
        if (values.length != size()) {
            throw new IllegalArgumentException("expected " + size() + " numbers, found " + values.length);
        }
        floats.put(0, values);
    }

    public float get(int index) {
        return floats.get(index);
    }

    public void set(int index, float value) {
        floats.put(index, value);
    }
}
