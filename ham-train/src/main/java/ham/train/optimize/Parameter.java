package ham.train.optimize;

/** A trained float32 tensor, row-major, with its learning rate and the moments that Adam keeps of its gradients. */
public final class Parameter {
    private final String name;
    private final long[] shape;
    private final double learningRate;
    private final FloatArray value;
    private final FloatArray firstMoment;
    private final FloatArray secondMoment;

    /**
     * Takes memory for the values; moments begin at zero.
     *
     * @param name for messages and checkpoints
     * @param learningRate rate before the schedule's factor; 0 for a tensor that is not to change
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
        value = new FloatArray(initial);
        firstMoment = new FloatArray(new float[initial.length]);
        secondMoment = new FloatArray(new float[initial.length]);
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
        return value.size();
    }

    /** The values in memory. */
    public FloatArray value() {
        return value;
    }

    /** Adam's mean of gradients. */
    public FloatArray firstMoment() {
        return firstMoment;
    }

    /** Adam's mean of squared gradients. */
    public FloatArray secondMoment() {
        return secondMoment;
    }

    /** A copy of the values. */
    public float[] values() {
        return value.values();
    }

    public float get(int index) {
        return value.get(index);
    }

    public void set(int index, float number) {
        value.set(index, number);
    }
}
