package ham.export.variant;

import ham.merge.safetensors.SafetensorsFile;
import ham.testing.VitSize;
import ham.testing.VitVariant;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * The control: one image at a time, in float64, token by token, after the papers and the modelling files; it knows the tensors by their
 * literal names and nothing of ham's own description of a model.
 */
public final class PlainForward {
    private static final int BLOCKS = VitSize.TINY.blocks();
    private static final int HEADS = VitSize.TINY.heads();
    private static final int PATCH = VitSize.TINY.patch();
    private static final int PATCHES = VitSize.TINY.patches();
    private static final int SIDE = VitSize.TINY.side();
    private static final int WIDTH = VitSize.TINY.width();

    private final VitVariant variant;
    private final SafetensorsFile tensors;
    /** Added to the query of a block: [d, d]. */
    private final Map<Integer, double[][]> queryDeltas;

    public PlainForward(VitVariant variant, Path folder, Map<Integer, double[][]> queryDeltas) {
        this.variant = variant;
        this.tensors = SafetensorsFile.open(folder.resolve("model.safetensors"));
        this.queryDeltas = queryDeltas;
    }

    /** Logits of an image [3, side, side] through the checkpoint's own classifiers. */
    public double[] logits(float[] pixels) {
        double[][] tokens = encode(pixels);
        if (variant.timm() && variant.distillation()) {
            return average(linear("head", tokens[0]), linear("head_dist", tokens[1]));
        }
        if (variant.teacher()) {
            return average(linear("cls_classifier", tokens[0]), linear("distillation_classifier", tokens[1]));
        }
        return linear(variant.timm() ? "head" : "classifier", feature(tokens));
    }

    /** What a head of a merge reads. */
    public double[] feature(float[] pixels) {
        double[][] tokens = encode(pixels);
        boolean both = variant.teacher() || (variant.timm() && variant.distillation());
        return both ? average(tokens[0], tokens[1]) : feature(tokens);
    }

    private double[] feature(double[][] tokens) {
        if (!variant.mean()) {
            return variant.normAfter() ? norm("fc_norm", tokens[0]) : tokens[0];
        }
        double[] mean = new double[WIDTH];
        for (int token = variant.prefix(); token < tokens.length; token++) {
            for (int i = 0; i < WIDTH; i++) {
                mean[i] += tokens[token][i] / PATCHES;
            }
        }
        return variant.normAfter() ? norm("fc_norm", mean) : mean;
    }

    private double[][] encode(float[] pixels) {
        double[][] tokens = embed(pixels);
        for (int block = 0; block < BLOCKS; block++) {
            tokens = variant.timm() ? timmBlock(block, tokens) : huggingFaceBlock(block, tokens);
        }
        if (!variant.normAfter()) {
            String last = variant.timm() ? "norm" : root() + "layernorm";
            for (int i = 0; i < tokens.length; i++) {
                tokens[i] = norm(last, tokens[i]);
            }
        }
        return tokens;
    }

    private String root() {
        return variant.distillation() ? "deit." : "vit.";
    }

    private double[][] embed(float[] pixels) {
        boolean timm = variant.timm();
        String at = root() + "embeddings.";
        List<double[]> tokens = new ArrayList<>();
        if (variant.classToken()) {
            tokens.add(doubles(timm ? "cls_token" : at + "cls_token"));
        }
        if (variant.distillation()) {
            tokens.add(doubles(timm ? "dist_token" : at + "distillation_token"));
        }
        for (int i = 0; i < variant.registers(); i++) {
            tokens.add(Arrays.copyOfRange(doubles("reg_token"), i * WIDTH, (i + 1) * WIDTH));
        }
        String projection = timm ? "patch_embed.proj" : at + "patch_embeddings.projection";
        for (int row = 0; row < SIDE; row += PATCH) {
            for (int column = 0; column < SIDE; column += PATCH) {
                tokens.add(linear(projection, patch(pixels, row, column)));
            }
        }
        double[] positions = doubles(timm ? "pos_embed" : at + "position_embeddings");
        int first = variant.patchPositions() ? variant.prefix() : 0;
        for (int token = first; token < tokens.size(); token++) {
            for (int i = 0; i < WIDTH; i++) {
                tokens.get(token)[i] += positions[(token - first) * WIDTH + i];
            }
        }
        return tokens.toArray(double[][]::new);
    }

    private static double[] patch(float[] pixels, int row, int column) {
        double[] patch = new double[3 * PATCH * PATCH];
        int next = 0;
        for (int channel = 0; channel < 3; channel++) {
            for (int y = 0; y < PATCH; y++) {
                for (int x = 0; x < PATCH; x++) {
                    patch[next++] = pixels[(channel * SIDE + row + y) * SIDE + column + x];
                }
            }
        }
        return patch;
    }

    private double[][] timmBlock(int index, double[][] x) {
        String at = "blocks." + index + ".";
        double[][][] parts = new double[3][x.length][];
        for (int token = 0; token < x.length; token++) {
            double[] normed = norm(at + "norm1", x[token]);
            double[] qkv = linear(at + "attn.qkv", normed);
            for (int part = 0; part < 3; part++) {
                parts[part][token] = Arrays.copyOfRange(qkv, part * WIDTH, (part + 1) * WIDTH);
            }
            addDelta(index, parts[0][token], normed);
        }
        double[][] mixed = attend(parts[0], parts[1], parts[2]);
        double[][] result = new double[x.length][];
        for (int token = 0; token < x.length; token++) {
            double[] y = sum(x[token], scaled(at + "ls1.gamma", linear(at + "attn.proj", mixed[token])));
            double[] hidden = gelu(linear(at + "mlp.fc1", norm(at + "norm2", y)));
            result[token] = sum(y, scaled(at + "ls2.gamma", linear(at + "mlp.fc2", hidden)));
        }
        return result;
    }

    private double[][] huggingFaceBlock(int index, double[][] x) {
        String at = root() + "encoder.layer." + index + ".";
        double[][] query = new double[x.length][];
        double[][] key = new double[x.length][];
        double[][] value = new double[x.length][];
        for (int token = 0; token < x.length; token++) {
            double[] normed = norm(at + "layernorm_before", x[token]);
            query[token] = linear(at + "attention.attention.query", normed);
            key[token] = linear(at + "attention.attention.key", normed);
            value[token] = linear(at + "attention.attention.value", normed);
            addDelta(index, query[token], normed);
        }
        double[][] mixed = attend(query, key, value);
        double[][] result = new double[x.length][];
        for (int token = 0; token < x.length; token++) {
            double[] y = sum(x[token], linear(at + "attention.output.dense", mixed[token]));
            double[] hidden = gelu(linear(at + "intermediate.dense", norm(at + "layernorm_after", y)));
            result[token] = sum(y, linear(at + "output.dense", hidden));
        }
        return result;
    }

    private void addDelta(int block, double[] query, double[] normed) {
        double[][] delta = queryDeltas.getOrDefault(block, new double[WIDTH][WIDTH]);
        for (int o = 0; o < WIDTH; o++) {
            for (int i = 0; i < WIDTH; i++) {
                query[o] += delta[o][i] * normed[i];
            }
        }
    }

    private double[] scaled(String gamma, double[] x) {
        if (variant.layerScale()) {
            double[] factors = doubles(gamma);
            for (int i = 0; i < WIDTH; i++) {
                x[i] *= factors[i];
            }
        }
        return x;
    }

    private static double[][] attend(double[][] query, double[][] key, double[][] value) {
        int size = WIDTH / HEADS;
        double[][] mixed = new double[query.length][WIDTH];
        for (int head = 0; head < HEADS; head++) {
            for (int i = 0; i < query.length; i++) {
                double[] weights = new double[key.length];
                double total = 0;
                for (int j = 0; j < key.length; j++) {
                    double dot = 0;
                    for (int k = head * size; k < (head + 1) * size; k++) {
                        dot += query[i][k] * key[j][k];
                    }
                    weights[j] = Math.exp(dot / Math.sqrt(size));
                    total += weights[j];
                }
                for (int j = 0; j < key.length; j++) {
                    for (int k = head * size; k < (head + 1) * size; k++) {
                        mixed[i][k] += weights[j] / total * value[j][k];
                    }
                }
            }
        }
        return mixed;
    }

    private double[] linear(String module, double[] x) {
        float[] weight = tensors.floats(module + ".weight");
        double[] y = tensors.has(module + ".bias") ? doubles(module + ".bias") : new double[weight.length / x.length];
        for (int o = 0; o < y.length; o++) {
            for (int i = 0; i < x.length; i++) {
                y[o] += weight[o * x.length + i] * x[i];
            }
        }
        return y;
    }

    private double[] norm(String module, double[] x) {
        double[] weight = doubles(module + ".weight");
        double[] bias = doubles(module + ".bias");
        double mean = Arrays.stream(x).average().orElseThrow();
        double variance =
                Arrays.stream(x).map(v -> (v - mean) * (v - mean)).average().orElseThrow();
        double[] y = new double[x.length];
        for (int i = 0; i < x.length; i++) {
            y[i] = (x[i] - mean) / Math.sqrt(variance + variant.eps()) * weight[i] + bias[i];
        }
        return y;
    }

    /** x * Phi(x), with erf from its Taylor series, which is exact to 1e-12 for |x| below 5. */
    private static double[] gelu(double[] x) {
        return Arrays.stream(x)
                .map(v -> {
                    double z = v / Math.sqrt(2);
                    double term = z;
                    double sum = z;
                    for (int n = 1; n < 120; n++) {
                        term *= -z * z / n;
                        sum += term / (2 * n + 1);
                    }
                    double erf = Math.abs(v) > 5 ? Math.signum(v) : 2 / Math.sqrt(Math.PI) * sum;
                    return 0.5 * v * (1 + erf);
                })
                .toArray();
    }

    private double[] doubles(String name) {
        float[] floats = tensors.floats(name);
        double[] doubles = new double[floats.length];
        for (int i = 0; i < floats.length; i++) {
            doubles[i] = floats[i];
        }
        return doubles;
    }

    private static double[] sum(double[] a, double[] b) {
        double[] sum = a.clone();
        for (int i = 0; i < sum.length; i++) {
            sum[i] += b[i];
        }
        return sum;
    }

    private static double[] average(double[] a, double[] b) {
        return Arrays.stream(sum(a, b)).map(v -> v / 2).toArray();
    }
}
