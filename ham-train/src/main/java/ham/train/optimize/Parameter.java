package ham.train.optimize;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;

/**
 * A trained float32 tensor in Java's direct memory, row-major, which the engine reads in place.
 */
public final class Parameter {
    private final String name;
    private final long[] shape;
    private final double learningRate;
    private final ByteBuffer bytes;
    private final FloatBuffer floats;

    /**
     * Takes memory for the values.
     *
     * @param name for messages
     * @param learningRate rate before the schedule's factor
     * @param initial initial values, copied
     * @param shape whose product is the number of values
     */
    public Parameter(String name, double learningRate, float[] initial, long... shape) {
        this.name = name;
        this.shape = shape.clone();
        this.learningRate = learningRate;
        long size = 1;
        for (long dimension : shape) {
            size *= dimension;
        }
        if (size != initial.length) {
            throw new IllegalArgumentException(name + " has " + size + " values, found " + initial.length);
        }
        bytes = ByteBuffer.allocateDirect(Math.multiplyExact(initial.length, Float.BYTES))
                .order(ByteOrder.nativeOrder());
        floats = bytes.asFloatBuffer();
        floats.put(0, initial);
    }

    public String name() {
        return name;
    }

    public long[] shape() {
        return shape.clone();
    }

    public double learningRate() {
        return learningRate;
    }

    /** How many values. */
    public int size() {
        return floats.capacity();
    }

    /** The memory itself, in native byte order. */
    public ByteBuffer bytes() {
        return bytes.duplicate();
    }

    /** A copy of the values. */
    public float[] values() {
        float[] values = new float[size()];
        floats.get(0, values);
        return values;
    }

    public float get(int index) {
        return floats.get(index);
    }

    public void set(int index, float value) {
        floats.put(index, value);
    }
}
