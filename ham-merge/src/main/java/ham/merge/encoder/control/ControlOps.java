package ham.merge.encoder.control;

import ham.merge.encoder.Activation;
import ham.merge.encoder.Ops;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;

/** Every operation as the loops of its definition, summed in double precision and kept in single precision. */
public final class ControlOps implements Ops<ControlTensor> {
    private static final double LEAST_LENGTH = 1e-12;

    private final ControlWeights weights;

    /** Operations on these weights. */
    public ControlOps(ControlWeights weights) {
        this.weights = weights;
    }

    @Override
    public ControlTensor weight(String name) {
        return weights.get(name);
    }

    @Override
    public ControlTensor constant(String name, Supplier<float[]> values, long... shape) {
        int[] sizes = new int[shape.length];
        for (int axis = 0; axis < sizes.length; axis++) {
            sizes[axis] = Math.toIntExact(shape[axis]);
        }
        return new ControlTensor(sizes, values.get());
    }

    @Override
    public ControlTensor linear(ControlTensor x, String weight) {
        ControlTensor w = weight(weight);
        int out = w.size(0);
        int in = w.product(1, w.rank());
        ControlTensor result = ControlTensor.zeros(x.withSize(x.rank() - 1, out));
        for (int row = 0; row < x.data().length / in; row++) {
            for (int o = 0; o < out; o++) {
                double sum = 0;
                for (int i = 0; i < in; i++) {
                    sum += (double) x.data()[row * in + i] * w.data()[o * in + i];
                }
                result.data()[row * out + o] = (float) sum;
            }
        }
        return result;
    }

    @Override
    public ControlTensor linear(ControlTensor x, String weight, String bias) {
        return add(linear(x, weight), weight(bias));
    }

    @Override
    public ControlTensor layerNorm(ControlTensor x, String module, double epsilon) {
        float[] weight = weight(module + ".weight").data();
        float[] bias = weight(module + ".bias").data();
        int d = x.size(-1);
        ControlTensor result = ControlTensor.zeros(x.shape());
        for (int from = 0; from < x.data().length; from += d) {
            double mean = 0;
            for (int i = 0; i < d; i++) {
                mean += x.data()[from + i] / (double) d;
            }
            double variance = 0;
            for (int i = 0; i < d; i++) {
                variance += Math.pow(x.data()[from + i] - mean, 2) / d;
            }
            double deviation = Math.sqrt(variance + epsilon);
            for (int i = 0; i < d; i++) {
                result.data()[from + i] = (float) ((x.data()[from + i] - mean) / deviation * weight[i] + bias[i]);
            }
        }
        return result;
    }

    @Override
    public ControlTensor add(ControlTensor a, ControlTensor b) {
        return Elementwise.apply(a, b, Double::sum);
    }

    @Override
    public ControlTensor multiply(ControlTensor a, ControlTensor b) {
        return Elementwise.apply(a, b, (first, second) -> first * second);
    }

    @Override
    public ControlTensor scale(ControlTensor x, double factor) {
        return multiply(x, ControlTensor.of(new float[] {(float) factor}));
    }

    @Override
    public ControlTensor activate(Activation function, ControlTensor x) {
        ControlTensor result = ControlTensor.zeros(x.shape());
        for (int i = 0; i < x.data().length; i++) {
            result.data()[i] = (float) Elementwise.activate(function, x.data()[i]);
        }
        return result;
    }

    @Override
    public ControlTensor softmax(ControlTensor x) {
        int d = x.size(-1);
        ControlTensor result = ControlTensor.zeros(x.shape());
        for (int from = 0; from < x.data().length; from += d) {
            double most = Double.NEGATIVE_INFINITY;
            for (int i = 0; i < d; i++) {
                most = Math.max(most, x.data()[from + i]);
            }
            double sum = 0;
            for (int i = 0; i < d; i++) {
                sum += Math.exp(x.data()[from + i] - most);
            }
            for (int i = 0; i < d; i++) {
                result.data()[from + i] = (float) (Math.exp(x.data()[from + i] - most) / sum);
            }
        }
        return result;
    }

    @Override
    public ControlTensor matMul(ControlTensor a, ControlTensor b) {
        return matMulTransposed(a, Moves.transpose(b, b.rank() - 2, b.rank() - 1));
    }

    @Override
    public ControlTensor matMulTransposed(ControlTensor a, ControlTensor b) {
        int rows = a.size(-2);
        int columns = b.size(-2);
        int inner = a.size(-1);
        ControlTensor result = ControlTensor.zeros(a.withSize(a.rank() - 1, columns));
        int matrices = a.product(0, a.rank() - 2);
        for (int each = 0; each < matrices; each++) {
            for (int r = 0; r < rows; r++) {
                for (int c = 0; c < columns; c++) {
                    double sum = 0;
                    for (int i = 0; i < inner; i++) {
                        sum += (double) a.data()[(each * rows + r) * inner + i]
                                * b.data()[(each * columns + c) * inner + i];
                    }
                    result.data()[(each * rows + r) * columns + c] = (float) sum;
                }
            }
        }
        return result;
    }

    @Override
    public ControlTensor heads(ControlTensor x, int heads) {
        return Moves.transpose(x.shaped(x.size(0), x.size(1), heads, x.size(2) / heads), 1, 2);
    }

    @Override
    public ControlTensor join(ControlTensor x) {
        ControlTensor back = Moves.transpose(x, 1, 2);
        return back.shaped(back.size(0), back.size(1), back.size(2) * back.size(3));
    }

    @Override
    public ControlTensor patches(ControlTensor images, String weight, String bias, int patch) {
        int n = images.size(0);
        int channels = images.size(1);
        int down = images.size(2) / patch;
        int across = images.size(3) / patch;
        ControlTensor cut = ControlTensor.zeros(n, down * across, channels * patch * patch);
        int to = 0;
        for (int image = 0; image < n; image++) {
            for (int place = 0; place < down * across; place++) {
                for (int channel = 0; channel < channels; channel++) {
                    for (int pixel = 0; pixel < patch * patch; pixel++) {
                        int y = place / across * patch + pixel / patch;
                        int x = place % across * patch + pixel % patch;
                        cut.data()[to++] =
                                images.data()[((image * channels + channel) * images.size(2) + y) * images.size(3) + x];
                    }
                }
            }
        }
        return bias == null ? linear(cut, weight) : linear(cut, weight, bias);
    }

    @Override
    public ControlTensor rows(String table, ControlTensor numbers) {
        return Moves.rows(weight(table), numbers);
    }

    @Override
    public ControlTensor concatenate(int axis, List<ControlTensor> parts) {
        return Moves.concatenate(axis, parts);
    }

    @Override
    public ControlTensor slice(ControlTensor x, int axis, int from, int to) {
        return Moves.slice(x, axis, from, to);
    }

    @Override
    public ControlTensor reshape(ControlTensor x, int... sizes) {
        return x.shaped(sizes);
    }

    @Override
    public ControlTensor repeat(ControlTensor x, ControlTensor inputs) {
        return Moves.repeat(x, inputs.size(0));
    }

    @Override
    public ControlTensor token(ControlTensor x, int index) {
        return Moves.slice(x, 1, index, index + 1).shaped(x.size(0), x.size(2));
    }

    @Override
    public ControlTensor mean(ControlTensor x) {
        float[] all = new float[x.size(0) * x.size(1)];
        Arrays.fill(all, 1);
        return mean(x, ControlTensor.of(all, x.size(0), x.size(1)));
    }

    @Override
    public ControlTensor mean(ControlTensor x, ControlTensor mask) {
        int t = x.size(1);
        int d = x.size(2);
        ControlTensor result = ControlTensor.zeros(x.size(0), d);
        for (int n = 0; n < x.size(0); n++) {
            double count = 0;
            for (int token = 0; token < t; token++) {
                count += mask.data()[n * t + token];
            }
            for (int i = 0; i < d; i++) {
                double sum = 0;
                for (int token = 0; token < t; token++) {
                    sum += (double) x.data()[(n * t + token) * d + i] * mask.data()[n * t + token];
                }
                result.data()[n * d + i] = (float) (sum / Math.max(count, 1e-9));
            }
        }
        return result;
    }

    @Override
    public ControlTensor unit(ControlTensor x) {
        int d = x.size(-1);
        ControlTensor result = ControlTensor.zeros(x.shape());
        for (int from = 0; from < x.data().length; from += d) {
            double squares = 0;
            for (int i = 0; i < d; i++) {
                squares += (double) x.data()[from + i] * x.data()[from + i];
            }
            for (int i = 0; i < d; i++) {
                result.data()[from + i] = (float) (x.data()[from + i] / Math.max(Math.sqrt(squares), LEAST_LENGTH));
            }
        }
        return result;
    }

    @Override
    public ControlTensor attentionBias(ControlTensor mask) {
        ControlTensor bias = ControlTensor.zeros(mask.size(0), 1, 1, mask.size(1));
        for (int i = 0; i < bias.data().length; i++) {
            bias.data()[i] = mask.data()[i] == 0 ? PADDED : 0;
        }
        return bias;
    }

    @Override
    public ControlTensor positions(String table, ControlTensor numbers, int first) {
        ControlTensor all = weight(table);
        return Moves.slice(all, 0, first, first + numbers.size(1)).shaped(1, numbers.size(1), all.size(1));
    }

    @Override
    public ControlTensor countedPositions(String table, ControlTensor numbers, int padding) {
        ControlTensor places = ControlTensor.zeros(numbers.shape());
        int t = numbers.size(1);
        for (int n = 0; n < numbers.size(0); n++) {
            int count = 0;
            for (int token = n * t; token < (n + 1) * t; token++) {
                boolean real = numbers.data()[token] != padding;
                count += real ? 1 : 0;
                places.data()[token] = real ? padding + count : padding;
            }
        }
        return rows(table, places);
    }

    @Override
    public ControlTensor relativeBias(
            ControlTensor table, String name, Supplier<int[]> rows, int most, ControlTensor numbers) {
        int t = numbers == null ? most : numbers.size(1);
        int heads = table.size(1);
        int[] places = rows.get();
        ControlTensor bias = ControlTensor.zeros(1, heads, t, t);
        for (int head = 0; head < heads; head++) {
            for (int i = 0; i < t; i++) {
                for (int j = 0; j < t; j++) {
                    bias.data()[(head * t + i) * t + j] = table.data()[places[i * most + j] * heads + head];
                }
            }
        }
        return bias;
    }
}
