package ham.merge.encoder.control;

import ham.merge.encoder.Activation;
import java.util.function.DoubleBinaryOperator;

/** Functions of single entries, broadcast as NumPy does. */
final class Elementwise {
    private Elementwise() {}

    static ControlTensor apply(ControlTensor a, ControlTensor b, DoubleBinaryOperator function) {
        int rank = Math.max(a.rank(), b.rank());
        int[] shape = new int[rank];
        for (int axis = 1; axis <= rank; axis++) {
            int first = axis <= a.rank() ? a.size(-axis) : 1;
            int second = axis <= b.rank() ? b.size(-axis) : 1;
            if (first != second && first != 1 && second != 1) {
                throw new IllegalArgumentException("sizes " + first + " and " + second + " do not fit each other");
            }
            shape[rank - axis] = Math.max(first, second);
        }
        ControlTensor result = ControlTensor.zeros(shape);
        for (int i = 0; i < result.data().length; i++) {
            result.data()[i] =
                    (float) function.applyAsDouble(a.data()[index(a, shape, i)], b.data()[index(b, shape, i)]);
        }
        return result;
    }

    private static int index(ControlTensor x, int[] shape, int place) {
        int index = 0;
        int step = 1;
        int rest = place;
        for (int axis = 1; axis <= x.rank(); axis++) {
            int size = shape[shape.length - axis];
            int at = rest % size;
            rest /= size;
            index += x.size(-axis) == 1 ? 0 : at * step;
            step *= x.size(-axis);
        }
        return index;
    }

    static double activate(Activation function, double x) {
        return switch (function) {
            case GELU -> x / 2 * (1 + erf(x / Math.sqrt(2)));
            case GELU_TANH -> x / 2 * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x)));
            case QUICK_GELU -> x / (1 + Math.exp(-1.702 * x));
            case SILU -> x / (1 + Math.exp(-x));
            case RELU -> Math.max(x, 0);
            case TANH -> Math.tanh(x);
        };
    }

    /** By its series near 0 and by the continued fraction of its complement further out, both to about 1e-15. */
    static double erf(double x) {
        double size = Math.abs(x);
        if (size > 6) {
            return Math.signum(x);
        }
        if (size < 2.5) {
            double term = x;
            double sum = x;
            for (int n = 1; Math.abs(term) > 1e-17 * Math.abs(sum); n++) {
                term *= -x * x / n;
                sum += term / (2 * n + 1);
            }
            return 2 / Math.sqrt(Math.PI) * sum;
        }
        double fraction = 0;
        for (int n = 60; n > 0; n--) {
            fraction = n / 2.0 / (size + fraction);
        }
        double complement = Math.exp(-size * size) / Math.sqrt(Math.PI) / (size + fraction);
        return Math.signum(x) * (1 - complement);
    }
}
