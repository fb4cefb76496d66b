package ham.train.head;

import ham.merge.head.PrototypeHead;
import ham.merge.tensor.Matrix;
import ham.train.engine.TorchEngine;
import java.util.Arrays;

/**
 * One prototype a class: the mean of its L2-normalised features, computed when its task is met and not from images again.
 */
public final class PrototypeStatistics {
    private final int features;
    private float[] prototypes;

    /**
     * Begins with no class.
     *
     * @param features width d of a feature
     */
    public PrototypeStatistics(int features) {
        this(Matrix.zeros(0, features));
    }

    /** Goes on from prototypes that were computed before, [classes, d]. */
    public PrototypeStatistics(Matrix prototypes) {
        this.features = prototypes.columns();
        this.prototypes = prototypes.data().clone();
    }

    /** How many classes have a prototype. */
    public int classes() {
        return prototypes.length / features;
    }

    /**
     * Adds the classes of the next task.
     *
     * @param images whose positions are all new: from {@link #classes()} up to {@code seen - 1}, each at least once
     * @param seen how many classes there are with this task
     */
    public void add(Features images, int seen) {
        float[] values = images.values();
        int[] positions = images.positions();
        int known = classes();
        double[] sums = new double[(seen - known) * features];
        int[] counts = new int[seen - known];
        for (int i = 0; i < positions.length; i++) {
            int row = positions[i] - known;
            if (row < 0 || row >= counts.length) {
                throw new IllegalArgumentException(
                        "position " + positions[i] + " is not among the new classes " + known + " to " + (seen - 1));
            }
            counts[row]++;
            double norm = norm(values, i);
            for (int k = 0; k < features; k++) {
                sums[row * features + k] += values[i * features + k] / norm;
            }
        }
        prototypes = Arrays.copyOf(prototypes, seen * features);
        for (int row = 0; row < counts.length; row++) {
            if (counts[row] == 0) {
                throw new IllegalArgumentException("no feature of class position " + (known + row));
            }
            for (int k = 0; k < features; k++) {
                prototypes[(known + row) * features + k] = (float) (sums[row * features + k] / counts[row]);
            }
        }
    }

    /**
     * Goes over to a model whose features moved: every prototype is taken along by the linear map from L2-normalised features of the
     * model before to those of the present one ({@link LinearDrift}).
     *
     * @param before features of some images by the model before
     * @param after features of the same images by the present one
     */
    public void follow(TorchEngine engine, Features before, Features after) {
        if (prototypes.length > 0) {
            Matrix map = LinearDrift.between(engine, features, normalized(before), normalized(after));
            prototypes = LinearDrift.product(engine, head().weight(), map).data();
        }
    }

    /**
     * Goes over to a model through which the prototypes of the classes so far are known.
     *
     * @param renewed of the same classes
     */
    public void renew(RenewedStatistics renewed) {
        prototypes = renewed.prototypes().clone();
    }

    private float[] normalized(Features images) {
        float[] normalized = images.values().clone();
        for (int i = 0; i < images.size(); i++) {
            double norm = norm(normalized, i);
            for (int k = 0; k < features; k++) {
                normalized[i * features + k] /= (float) norm;
            }
        }
        return normalized;
    }

    /** Length of a feature; 1 for the zero vector, which stays zero. */
    private double norm(float[] values, int row) {
        double sum = 0;
        for (int k = 0; k < features; k++) {
            double value = values[row * features + k];
            sum += value * value;
        }
        return sum == 0 ? 1 : Math.sqrt(sum);
    }

    /** The head over all classes so far; its matrix [classes, d] is also the state to go on from. */
    public PrototypeHead head() {
        return new PrototypeHead(new Matrix(classes(), features, prototypes.clone()));
    }
}
