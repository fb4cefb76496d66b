package ham.train.encoder;

import ham.merge.encoder.Activation;
import ham.merge.encoder.Ops;
import ham.train.engine.MixedPrecision;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Writes a forward pass down as TorchScript, a line an operation; a value is the name of its variable.
 *
 * <p>Matrix products, activations and what lies between them are computed in the format that is asked for; LayerNorm, the residual stream and features
 * stay float32. An adapted layer multiplies by two matrices side by side, the rounded weight and what rounding left, in one product that is rounded
 * once, since an adapter changes a weight by less than bf16 resolves.
 */
final class ScriptOps implements Ops<String> {
    /** What the lines call but {@link MixedPrecision#PRODUCT}. */
    static final String FUNCTIONS =
            """
            def heads(x: Tensor, count: int) -> Tensor:
              size = torch.floordiv(torch.size(x, 2), count)
              return torch.transpose(torch.reshape(x, [torch.size(x, 0), -1, count, size]), 1, 2)

            def join(x: Tensor) -> Tensor:
              width = torch.mul(torch.size(x, 1), torch.size(x, 3))
              return torch.reshape(torch.transpose(x, 1, 2), [torch.size(x, 0), -1, width])

            def masked_mean(x: Tensor, mask: Tensor) -> Tensor:
              m = torch.unsqueeze(torch.to(mask, 6), -1)
              return torch.div(torch.sum(torch.mul(x, m), [1]), torch.clamp_min(torch.sum(m, [1]), 1e-9))

            def unit(x: Tensor) -> Tensor:
              length = torch.sqrt(torch.sum(torch.mul(x, x), [-1], True))
              return torch.div(x, torch.clamp_min(length, 1e-12))

            """;

    /** float32 in PyTorch's numbers. */
    private static final int FLOAT = 6;

    private static final int LONG = 4;

    private final ScriptWeights weights;
    private final MixedPrecision precision;
    private final Collection<String> exact;
    private final StringBuilder lines = new StringBuilder();
    private final Map<String, String> rounded = new HashMap<>();
    private int count;

    /**
     * Begins with no line.
     *
     * @param exact names of linear weights that are changed by less than the precision resolves
     */
    ScriptOps(ScriptWeights weights, MixedPrecision precision, Collection<String> exact) {
        this.weights = weights;
        this.precision = precision;
        this.exact = exact;
    }

    /** The lines so far, indented by two. */
    String lines() {
        return lines.toString();
    }

    private String line(String expression, Object... values) {
        String name = "v" + count++;
        lines.append("  ")
                .append(name)
                .append(" = ")
                .append(String.format(Locale.ROOT, expression, values))
                .append('\n');
        return name;
    }

    /** A value in float32. */
    String full(String x) {
        return precision == MixedPrecision.FP32 ? x : line("torch.to(%s, %d)", x, FLOAT);
    }

    /** A value in the format of products; each is rounded once. */
    private String round(String x) {
        return precision == MixedPrecision.FP32
                ? x
                : rounded.computeIfAbsent(x, each -> line("torch.to(%s, %d)", each, precision.torchType()));
    }

    @Override
    public String weight(String name) {
        return weights.fixed(name);
    }

    @Override
    public String constant(String name, Supplier<float[]> values, long... shape) {
        return weights.constant(name, values, shape);
    }

    @Override
    public String linear(String x, String weight) {
        return product(x, weight, weights.noBias(weight));
    }

    @Override
    public String linear(String x, String weight, String bias) {
        return product(x, weight, weights.fixed(bias));
    }

    private String product(String x, String weight, String bias) {
        boolean twice = precision != MixedPrecision.FP32 && exact.contains(weight);
        return line(
                "__torch__.product(%s, %s, %s, %d, %d)",
                round(x), weights.linear(weight), bias, twice ? 1 : 0, precision.torchType());
    }

    @Override
    public String layerNorm(String x, String module, double epsilon) {
        String weight = weights.fixed(module + ".weight");
        return line(
                "torch.layer_norm(%s, [torch.size(%s, -1)], %s, %s, %s, False)",
                full(x), x, weight, weights.fixed(module + ".bias"), Double.toString(epsilon));
    }

    @Override
    public String add(String a, String b) {
        return line("torch.add(%s, %s)", a, b);
    }

    @Override
    public String multiply(String a, String b) {
        return line("torch.mul(%s, %s)", a, b);
    }

    @Override
    public String scale(String x, double factor) {
        return line("torch.mul(%s, %s)", x, Double.toString(factor));
    }

    @Override
    public String activate(Activation function, String x) {
        return switch (function) {
            case GELU -> line("torch.gelu(%s)", x);
            case GELU_TANH -> line("torch.gelu(%s, approximate=\"tanh\")", x);
            case QUICK_GELU -> line("torch.mul(%s, torch.sigmoid(torch.mul(%s, 1.702)))", x, x);
            case SILU -> line("torch.silu(%s)", x);
            case RELU -> line("torch.relu(%s)", x);
            case TANH -> line("torch.tanh(%s)", x);
        };
    }

    @Override
    public String softmax(String x) {
        return line("torch.softmax(%s, -1)", x);
    }

    @Override
    public String matMul(String a, String b) {
        return line("torch.matmul(%s, %s)", round(a), round(b));
    }

    @Override
    public String matMulTransposed(String a, String b) {
        return line("torch.matmul(%s, torch.transpose(%s, -2, -1))", round(a), round(b));
    }

    @Override
    public String heads(String x, int heads) {
        return line("__torch__.heads(%s, %d)", x, heads);
    }

    @Override
    public String join(String x) {
        return line("__torch__.join(%s)", x);
    }

    @Override
    public String patches(String images, String weight, String bias, int patch) {
        String cut = line(
                "torch.conv2d(%s, %s, %s, [%d, %d], [0, 0], [1, 1], 1)",
                images, weights.fixed(weight), bias == null ? "None" : weights.fixed(bias), patch, patch);
        return line("torch.transpose(torch.flatten(%s, 2, 3), 1, 2)", cut);
    }

    @Override
    public String reshape(String x, int... sizes) {
        return line("torch.reshape(%s, %s)", x, Arrays.toString(sizes));
    }

    @Override
    public String rows(String table, String numbers) {
        return line("torch.embedding(%s, %s)", weights.fixed(table), numbers);
    }

    @Override
    public String concatenate(int axis, List<String> parts) {
        return line("torch.cat([%s], %d)", String.join(", ", parts), axis);
    }

    @Override
    public String slice(String x, int axis, int from, int to) {
        return line("torch.slice(%s, %d, %d, %d)", x, axis, from, to);
    }

    @Override
    public String repeat(String x, String inputs) {
        return line("torch.expand(%s, [torch.size(%s, 0), -1, -1])", x, inputs);
    }

    @Override
    public String token(String x, int index) {
        return line("torch.select(%s, 1, %d)", x, index);
    }

    @Override
    public String mean(String x) {
        return line("torch.mean(%s, [1])", x);
    }

    @Override
    public String mean(String x, String mask) {
        return line("__torch__.masked_mean(%s, %s)", x, mask);
    }

    @Override
    public String unit(String x) {
        return line("__torch__.unit(%s)", x);
    }

    /** Not the smallest number there is: rounding would make infinity of it. */
    @Override
    public String attentionBias(String mask) {
        String small = precision == MixedPrecision.FP16 ? "-60000.0" : "-1e+30";
        String bias = line("torch.mul(torch.rsub(torch.to(%s, %d), 1.0), %s)", mask, FLOAT, small);
        return line("torch.to(torch.unsqueeze(torch.unsqueeze(%s, 1), 1), %d)", bias, precision.torchType());
    }

    @Override
    public String positions(String table, String numbers, int first) {
        return line(
                "torch.unsqueeze(torch.slice(%s, 0, %d, torch.add(%d, torch.size(%s, 1))), 0)",
                weights.fixed(table), first, first, numbers);
    }

    @Override
    public String countedPositions(String table, String numbers, int padding) {
        String counts = line("torch.to(torch.ne(%s, %d), %d)", numbers, padding, LONG);
        String places = line("torch.add(torch.mul(torch.cumsum(%s, 1), %s), %d)", counts, counts, padding);
        return line("torch.embedding(%s, %s)", weights.fixed(table), places);
    }

    @Override
    public String relativeBias(String table, String name, Supplier<int[]> rows, int most, String numbers) {
        String all = weights.numbers(name, rows, most, most);
        String length = numbers == null ? String.valueOf(most) : "torch.size(" + numbers + ", 1)";
        String places = line("torch.slice(torch.slice(%s, 0, 0, %s), 1, 0, %s)", all, length, length);
        String looked = line("torch.embedding(%s, %s)", table, places);
        return line("torch.to(torch.unsqueeze(torch.permute(%s, [2, 0, 1]), 0), %d)", looked, precision.torchType());
    }
}
