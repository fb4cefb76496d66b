package ham.merge.encoder;

import ham.merge.safetensors.Tensors;
import java.util.Arrays;

/**
 * Position embeddings of a square grid of patches brought to another grid, as PyTorch's {@code interpolate} with {@code mode="bicubic"} and
 * {@code align_corners=False} does for a given size.
 *
 * @see <a href="https://pytorch.org/docs/stable/generated/torch.nn.functional.interpolate.html">torch.nn.functional.interpolate</a>
 */
public final class Positions {
    /** Of the cubic kernel as PyTorch has it without antialiasing. */
    private static final double PLAIN = -0.75;
    /** Of the cubic kernel as PyTorch has it with antialiasing. */
    private static final double SMOOTH = -0.5;

    private Positions() {}

    /**
     * The positions of a model whose images have another size than it was trained with.
     *
     * @param name tensor of prefix and grid tokens, [..., prefix + native patches, d]
     * @param prefix tokens before the patches that have a position; they stay as they are
     * @param antialias whether the kernel is widened where the grid becomes smaller
     * @return [1, prefix + patches, d]
     */
    public static <V> V of(Ops<V> ops, Tensors tensors, String name, int prefix, ImageTrunk trunk, boolean antialias) {
        int from = trunk.nativeSide() / trunk.patch();
        int to = trunk.grid();
        return ops.constant(
                name + "." + trunk.side(),
                () -> interpolate(tensors.floats(name), prefix, from, to, trunk.hidden(), antialias),
                1,
                prefix + (long) to * to,
                trunk.hidden());
    }

    /**
     * Positions [prefix + from from, d] for another grid.
     *
     * @return [prefix + to to, d]
     */
    public static float[] interpolate(float[] positions, int prefix, int from, int to, int width, boolean antialias) {
        double[][] weights = weights(from, to, antialias);
        float[] result = Arrays.copyOf(positions, (prefix + to * to) * width);
        Arrays.fill(result, prefix * width, result.length, 0);
        double[] across = new double[from * to * width];
        for (int y = 0; y < from; y++) {
            for (int x = 0; x < to; x++) {
                for (int source = 0; source < from; source++) {
                    double weight = weights[x][source];
                    for (int i = 0; weight != 0 && i < width; i++) {
                        across[(y * to + x) * width + i] +=
                                weight * positions[(prefix + y * from + source) * width + i];
                    }
                }
            }
        }
        for (int y = 0; y < to; y++) {
            for (int each = 0; each < to * width; each++) {
                double sum = 0;
                for (int source = 0; source < from; source++) {
                    sum += weights[y][source] * across[source * to * width + each];
                }
                result[prefix * width + y * to * width + each] = (float) sum;
            }
        }
        return result;
    }

    /** Weights [to, from] of the old places in each new one. */
    private static double[][] weights(int from, int to, boolean antialias) {
        double[][] weights = new double[to][from];
        double scale = (double) from / to;
        for (int place = 0; place < to; place++) {
            if (antialias) {
                smooth(weights[place], (place + 0.5) * scale, scale);
            } else {
                plain(weights[place], (place + 0.5) * scale - 0.5);
            }
        }
        return weights;
    }

    private static void plain(double[] weights, double at) {
        int first = (int) Math.floor(at) - 1;
        for (int tap = first; tap < first + 4; tap++) {
            int inside = Math.max(0, Math.min(weights.length - 1, tap));
            weights[inside] += cubic(at - tap, PLAIN);
        }
    }

    private static void smooth(double[] weights, double centre, double scale) {
        double width = Math.max(scale, 1);
        double support = 2 * width;
        int first = Math.max((int) (centre - support + 0.5), 0);
        int end = Math.min((int) (centre + support + 0.5), weights.length);
        double sum = 0;
        for (int tap = first; tap < end; tap++) {
            weights[tap] = cubic((tap - centre + 0.5) / width, SMOOTH);
            sum += weights[tap];
        }
        for (int tap = first; tap < end; tap++) {
            weights[tap] /= sum;
        }
    }

    private static double cubic(double distance, double a) {
        double x = Math.abs(distance);
        if (x <= 1) {
            return ((a + 2) * x - (a + 3)) * x * x + 1;
        }
        return x < 2 ? ((a * x - 5 * a) * x + 8 * a) * x - 4 * a : 0;
    }
}
