package ham.export.variant;

import ham.merge.safetensors.SafetensorsFile;
import ham.testing.VitSize;
import ham.testing.VitVariant;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The control: one image at a time, in float64, token by token, after the papers and the modelling files; it knows the tensors by their
 * literal names and nothing of ham's own description of a model.
 */
public final class PlainForward {
    private final VitVariant variant;
    private final VitSize size;
    private final double eps;
    private final SafetensorsFile tensors;
    /** Added to the query of a block: [d, d]. */
    private final Map<Integer, double[][]> queryDeltas;

    private final PlainMerging merging;
    private final Map<String, double[]> read = new HashMap<>();

    public PlainForward(VitVariant variant, Path folder, Map<Integer, double[][]> queryDeltas) {
        this(variant, VitSize.TINY, variant.eps(), folder, queryDeltas, 0);
    }

    /** Of another size, and with so many tokens that are merged in a block. */
    public PlainForward(
            VitVariant variant,
            VitSize size,
            double eps,
            Path folder,
            Map<Integer, double[][]> queryDeltas,
            int mergedTokens) {
        this.variant = variant;
        this.size = size;
        this.eps = eps;
        this.tensors = SafetensorsFile.open(folder.resolve("model.safetensors"));
        this.queryDeltas = queryDeltas;
        merging = new PlainMerging(mergedTokens, variant.prefix(), size.heads());
    }

    /** How many patches each token stands for behind the last block of the image that was run last. */
    public double[] sizes() {
        return merging.sizes();
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
        double[] mean = new double[size.width()];
        for (int token = variant.prefix(); token < tokens.length; token++) {
            for (int i = 0; i < mean.length; i++) {
                mean[i] += merging.sizes()[token] * tokens[token][i] / size.patches();
            }
        }
        return variant.normAfter() ? norm("fc_norm", mean) : mean;
    }

    private double[][] encode(float[] pixels) {
        double[][] tokens = embed(pixels);
        merging.start(tokens.length);
        for (int block = 0; block < size.blocks(); block++) {
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
            tokens.add(doubles(timm ? "cls_token" : at + "cls_token").clone());
        }
        if (variant.distillation()) {
            tokens.add(doubles(timm ? "dist_token" : at + "distillation_token").clone());
        }
        for (int i = 0; i < variant.registers(); i++) {
            tokens.add(Arrays.copyOfRange(doubles("reg_token"), i * size.width(), (i + 1) * size.width()));
        }
        String projection = timm ? "patch_embed.proj" : at + "patch_embeddings.projection";
        for (int row = 0; row < size.side(); row += size.patch()) {
            for (int column = 0; column < size.side(); column += size.patch()) {
                tokens.add(linear(projection, patch(pixels, row, column)));
            }
        }
        double[] positions = doubles(timm ? "pos_embed" : at + "position_embeddings");
        int first = variant.patchPositions() ? variant.prefix() : 0;
        for (int token = first; token < tokens.size(); token++) {
            for (int i = 0; i < size.width(); i++) {
                tokens.get(token)[i] += positions[(token - first) * size.width() + i];
            }
        }
        return tokens.toArray(double[][]::new);
    }

    private double[] patch(float[] pixels, int row, int column) {
        int side = size.patch();
        double[] patch = new double[3 * side * side];
        int next = 0;
        for (int channel = 0; channel < 3; channel++) {
            for (int y = 0; y < side; y++) {
                for (int x = 0; x < side; x++) {
                    patch[next++] = pixels[(channel * size.side() + row + y) * size.side() + column + x];
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
                parts[part][token] = Arrays.copyOfRange(qkv, part * size.width(), (part + 1) * size.width());
            }
            addDelta(index, parts[0][token], normed);
        }
        double[][] mixed = attend(parts[0], parts[1], parts[2]);
        double[][] y = new double[x.length][];
        for (int token = 0; token < x.length; token++) {
            y[token] = sum(x[token], scaled(at + "ls1.gamma", linear(at + "attn.proj", mixed[token])));
        }
        y = merging.merge(y, parts[1]);
        for (int token = 0; token < y.length; token++) {
            double[] hidden = gelu(linear(at + "mlp.fc1", norm(at + "norm2", y[token])));
            y[token] = sum(y[token], scaled(at + "ls2.gamma", linear(at + "mlp.fc2", hidden)));
        }
        return y;
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
        double[][] y = new double[x.length][];
        for (int token = 0; token < x.length; token++) {
            y[token] = sum(x[token], linear(at + "attention.output.dense", mixed[token]));
        }
        y = merging.merge(y, key);
        for (int token = 0; token < y.length; token++) {
            double[] hidden = gelu(linear(at + "intermediate.dense", norm(at + "layernorm_after", y[token])));
            y[token] = sum(y[token], linear(at + "output.dense", hidden));
        }
        return y;
    }

    private void addDelta(int block, double[] query, double[] normed) {
        double[][] delta = queryDeltas.getOrDefault(block, new double[size.width()][size.width()]);
        for (int o = 0; o < size.width(); o++) {
            for (int i = 0; i < size.width(); i++) {
                query[o] += delta[o][i] * normed[i];
            }
        }
    }

    private double[] scaled(String gamma, double[] x) {
        if (variant.layerScale()) {
            double[] factors = doubles(gamma);
            for (int i = 0; i < size.width(); i++) {
                x[i] *= factors[i];
            }
        }
        return x;
    }

    private double[][] attend(double[][] query, double[][] key, double[][] value) {
        int wide = size.width() / size.heads();
        double[][] mixed = new double[query.length][size.width()];
        for (int head = 0; head < size.heads(); head++) {
            for (int i = 0; i < query.length; i++) {
                double[] weights = new double[key.length];
                double total = 0;
                for (int j = 0; j < key.length; j++) {
                    double dot = 0;
                    for (int k = head * wide; k < (head + 1) * wide; k++) {
                        dot += query[i][k] * key[j][k];
                    }
                    weights[j] = merging.sizes()[j] * Math.exp(dot / Math.sqrt(wide));
                    total += weights[j];
                }
                for (int j = 0; j < key.length; j++) {
                    for (int k = head * wide; k < (head + 1) * wide; k++) {
                        mixed[i][k] += weights[j] / total * value[j][k];
                    }
                }
            }
        }
        return mixed;
    }

    private double[] linear(String module, double[] x) {
        double[] weight = doubles(module + ".weight");
        double[] y = tensors.has(module + ".bias")
                ? doubles(module + ".bias").clone()
                : new double[weight.length / x.length];
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
            y[i] = (x[i] - mean) / Math.sqrt(variance + eps) * weight[i] + bias[i];
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
        return read.computeIfAbsent(name, tensor -> {
            float[] floats = tensors.floats(tensor);
            double[] doubles = new double[floats.length];
            for (int i = 0; i < floats.length; i++) {
                doubles[i] = floats[i];
            }
            return doubles;
        });
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
