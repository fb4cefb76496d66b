package ham.train.head;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.Shape;
import ham.common.ArgMax;
import ham.merge.head.AnalyticHead;
import ham.merge.head.Head;
import ham.merge.tensor.Matrix;
import ham.train.engine.TorchEngine;
import java.util.Arrays;
import java.util.stream.IntStream;

/** Logits of a head for many features: {@link Head#logits} with the analytic head's large products in the engine. */
public final class HeadLogits {
    private static final int ROWS = 1000;
    /** As in the loss by which lambda is chosen. */
    private static final double SHARPNESS = 10;

    private HeadLogits() {}

    /**
     * Applies a head.
     *
     * @param features [n, d], row-major
     * @return [n, classes], row-major
     */
    public static float[] of(TorchEngine engine, Head head, float[] features) {
        return head instanceof AnalyticHead analytic ? analytic(engine, analytic, features) : head.logits(features);
    }

    /** Position of the largest logit of every image. */
    public static int[] answers(TorchEngine engine, Head head, Features images) {
        float[] logits = of(engine, head, images.values());
        return IntStream.range(0, images.size())
                .map(i -> ArgMax.of(logits, i * head.classes(), head.classes()))
                .toArray();
    }

    /** Fraction of images whose largest logit is that of their position. */
    public static double accuracy(TorchEngine engine, Head head, Features images) {
        int[] answers = answers(engine, head, images);
        long correct = IntStream.range(0, images.size())
                .filter(i -> answers[i] == images.positions()[i])
                .count();
        return (double) correct / images.size();
    }

    /**
     * Mean entropy of {@code softmax(10 * logits)} over images, in nats.
     *
     * @param features [n, d], row-major
     */
    public static double entropy(TorchEngine engine, Head head, float[] features) {
        float[] logits = of(engine, head, features);
        int classes = head.classes();
        double sum = 0;
        for (int from = 0; from < logits.length; from += classes) {
            double largest = logits[ArgMax.of(logits, from, classes) + from];
            double total = 0;
            double weighted = 0;
            for (int i = from; i < from + classes; i++) {
                double above = SHARPNESS * (logits[i] - largest);
                total += Math.exp(above);
                weighted += above * Math.exp(above);
            }
            sum += Math.log(total) - weighted / total;
        }
        return sum * classes / logits.length;
    }

    private static float[] analytic(TorchEngine engine, AnalyticHead head, float[] features) {
        int d = head.features();
        int n = features.length / d;
        float[] logits = new float[Math.multiplyExact(n, head.classes())];
        try (NDManager manager = engine.newManager()) {
            NDArray projection = array(manager, head.projection().matrix());
            NDArray weight = array(manager, head.weight());
            for (int start = 0; start < n; start += ROWS) {
                int rows = Math.min(ROWS, n - start);
                float[] part = Arrays.copyOfRange(features, start * d, (start + rows) * d);
                try (NDScope scope = new NDScope()) {
                    scope.suppressNotUsedWarning();
                    NDArray hidden = manager.create(part, new Shape(rows, d))
                            .matMul(projection)
                            .maximum(0);
                    float[] result = hidden.matMul(weight.transpose()).toFloatArray();
                    System.arraycopy(result, 0, logits, start * head.classes(), result.length);
                }
            }
        }
        return logits;
    }

    /** A matrix in the engine. */
    static NDArray array(NDManager manager, Matrix matrix) {
        return manager.create(matrix.data(), new Shape(matrix.rows(), matrix.columns()));
    }
}
