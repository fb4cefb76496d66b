package ham.train;

import ham.merge.checkpoint.Checkpoint;
import ham.merge.checkpoint.Target;
import ham.merge.checkpoint.VitConfig;
import ham.merge.checkpoint.VitNames;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The control: a ViT with explicit adapter branches, one image at a time, in float64, as plainly as it can be written.
 */
public final class PlainVit {
    private final Checkpoint checkpoint;
    private final VitConfig config;
    private final VitNames names;
    private final Map<String, float[]> weights = new HashMap<>();

    /** A branch adds {@code weight * B (A x)}; A [r, in], B [out, r]. */
    @SuppressWarnings("ArrayRecordComponent")
    public record Branch(double weight, double[][] a, double[][] b) {}

    public PlainVit(Checkpoint checkpoint) {
        this.checkpoint = checkpoint;
        config = checkpoint.config();
        names = checkpoint.names();
    }

    /** Feature of one image [3, side, side]. */
    public double[] feature(float[] pixels, Map<String, List<Branch>> branches) {
        double[][] tokens = embed(pixels);
        for (int block = 0; block < config.layers(); block++) {
            double[][] normed = norm(tokens, names.normBeforeWeight(block), names.normBeforeBias(block));
            double[][] query = linear(block, Target.QUERY, normed, branches);
            double[][] key = linear(block, Target.KEY, normed, branches);
            double[][] value = linear(block, Target.VALUE, normed, branches);
            add(tokens, linear(block, Target.ATTENTION_OUTPUT, attend(query, key, value), branches));
            double[][] second = norm(tokens, names.normAfterWeight(block), names.normAfterBias(block));
            double[][] expanded = linear(block, Target.FC1, second, branches);
            for (double[] row : expanded) {
                for (int i = 0; i < row.length; i++) {
                    row[i] = gelu(row[i]);
                }
            }
            add(tokens, linear(block, Target.FC2, expanded, branches));
        }
        return norm(tokens, names.finalNormWeight(), names.finalNormBias())[0];
    }

    private float[] floats(String name) {
        return weights.computeIfAbsent(name, checkpoint::floats);
    }

    private double[][] embed(float[] pixels) {
        int side = config.imageSize();
        int patch = config.patch();
        int perRow = side / patch;
        int d = config.hidden();
        float[] weight = floats(names.patchWeight());
        float[] bias = floats(names.patchBias());
        float[] cls = floats(names.clsToken());
        float[] positions = floats(names.positionEmbeddings());
        double[][] tokens = new double[config.tokens()][d];
        for (int token = 0; token < tokens.length; token++) {
            for (int i = 0; i < d; i++) {
                double sum = token == 0 ? cls[i] : bias[i];
                for (int c = 0; token > 0 && c < 3; c++) {
                    for (int y = 0; y < patch; y++) {
                        for (int x = 0; x < patch; x++) {
                            int row = (token - 1) / perRow * patch + y;
                            int column = (token - 1) % perRow * patch + x;
                            sum += (double) weight[((i * 3 + c) * patch + y) * patch + x]
                                    * pixels[(c * side + row) * side + column];
                        }
                    }
                }
                tokens[token][i] = sum + positions[token * d + i];
            }
        }
        return tokens;
    }

    private double[][] attend(double[][] query, double[][] key, double[][] value) {
        int n = query.length;
        int size = config.headSize();
        double[][] mixed = new double[n][config.hidden()];
        for (int first = 0; first < config.hidden(); first += size) {
            for (int i = 0; i < n; i++) {
                double[] weights = new double[n];
                double total = 0;
                for (int j = 0; j < n; j++) {
                    double dot = 0;
                    for (int k = first; k < first + size; k++) {
                        dot += query[i][k] * key[j][k];
                    }
                    weights[j] = Math.exp(dot / Math.sqrt(size));
                    total += weights[j];
                }
                for (int j = 0; j < n; j++) {
                    for (int k = first; k < first + size; k++) {
                        mixed[i][k] += weights[j] / total * value[j][k];
                    }
                }
            }
        }
        return mixed;
    }

    private double[][] linear(int block, Target target, double[][] input, Map<String, List<Branch>> branches) {
        String name = names.weight(block, target);
        int in = target.inputs(config);
        int out = target.outputs(config);
        float[] weight = floats(name);
        float[] bias = floats(names.bias(block, target));
        double[][] output = new double[input.length][out];
        for (int token = 0; token < input.length; token++) {
            for (int o = 0; o < out; o++) {
                double sum = bias[o];
                for (int i = 0; i < in; i++) {
                    sum += weight[o * in + i] * input[token][i];
                }
                output[token][o] = sum;
            }
            for (Branch branch : branches.getOrDefault(name, List.of())) {
                for (int r = 0; r < branch.a().length; r++) {
                    double inner = 0;
                    for (int i = 0; i < in; i++) {
                        inner += branch.a()[r][i] * input[token][i];
                    }
                    for (int o = 0; o < out; o++) {
                        output[token][o] += branch.weight() * branch.b()[o][r] * inner;
                    }
                }
            }
        }
        return output;
    }

    private double[][] norm(double[][] input, String weightName, String biasName) {
        float[] weight = floats(weightName);
        float[] bias = floats(biasName);
        double[][] output = new double[input.length][config.hidden()];
        for (int token = 0; token < input.length; token++) {
            double mean = 0;
            for (double value : input[token]) {
                mean += value / config.hidden();
            }
            double variance = 0;
            for (double value : input[token]) {
                variance += (value - mean) * (value - mean) / config.hidden();
            }
            for (int i = 0; i < config.hidden(); i++) {
                output[token][i] =
                        (input[token][i] - mean) / Math.sqrt(variance + config.layerNormEps()) * weight[i] + bias[i];
            }
        }
        return output;
    }

    private static void add(double[][] sum, double[][] addend) {
        for (int i = 0; i < sum.length; i++) {
            for (int j = 0; j < sum[i].length; j++) {
                sum[i][j] += addend[i][j];
            }
        }
    }

    /** x * Phi(x), with erf from its Taylor series, which is exact to 1e-12 for |x| below 5. */
    private static double gelu(double x) {
        double z = x / Math.sqrt(2);
        double term = z;
        double sum = z;
        for (int n = 1; n < 120; n++) {
            term *= -z * z / n;
            sum += term / (2 * n + 1);
        }
        double erf = Math.abs(x) > 5 ? Math.signum(x) : 2 / Math.sqrt(Math.PI) * sum;
        return 0.5 * x * (1 + erf);
    }
}
