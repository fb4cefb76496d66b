package ham.export.encoder;

import ham.export.encoder.GraphValue.Form;
import ham.export.graph.Operator;
import ham.export.graph.Operators;
import ham.export.graph.Value;
import ham.export.proto.TensorProto.DataType;
import ham.merge.checkpoint.Checkpoint;
import ham.merge.encoder.Activation;
import ham.merge.encoder.Ops;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/**
 * Writes a forward pass as nodes of a graph. Tokens between blocks lie as rows, so that every linear layer is a {@code Gemm} on its weight as stored.
 */
final class GraphOps implements Ops<GraphValue> {
    private static final float LEAST_LENGTH = 1e-12f;
    private static final float LEAST_COUNT = 1e-9f;

    private final Operators operators;
    private final Checkpoint base;
    private final GraphWeights weights;
    private final GraphShapes shapes;
    /** What the names of nodes begin with. */
    private String section = "";

    /**
     * Operations that add nodes to a graph.
     *
     * @param input of which the first sizes count inputs, and tokens of a text
     */
    GraphOps(Operators operators, Checkpoint base, GraphWeights weights, Value input) {
        this.operators = operators;
        this.base = base;
        this.weights = weights;
        shapes = new GraphShapes(operators, input);
    }

    /** Lets the names of nodes begin with something from here on. */
    @Override
    public void section(String beginning) {
        section = beginning;
    }

    private String name(String end) {
        return section + end;
    }

    GraphValue whole(GraphValue x) {
        return switch (x.form()) {
            case WHOLE -> x;
            case ROWS -> GraphValue.whole(shapes.reshape(name("whole"), x.value(), x.sizes()), x.sizes());
            case SPLIT -> GraphValue.whole(operators.transpose(name("heads"), x.value(), 0, 2, 1, 3), x.sizes());
        };
    }

    private GraphValue rows(GraphValue x) {
        if (x.form() == Form.ROWS || x.rank() <= 2) {
            return x;
        }
        GraphValue all = whole(x);
        Value flat = operators.reshape(name("rows"), all.value(), shapes.constant(-1, x.last()));
        return new GraphValue(flat, x.sizes(), Form.ROWS);
    }

    @Override
    public GraphValue weight(String tensor) {
        int[] sizes = base.shape(tensor).stream().mapToInt(Math::toIntExact).toArray();
        return GraphValue.whole(shapes.once(tensor, () -> weights.tensor(operators, tensor)), sizes);
    }

    @Override
    public GraphValue constant(String constant, Supplier<float[]> values, long... shape) {
        int[] sizes = Arrays.stream(shape).mapToInt(Math::toIntExact).toArray();
        Value value = shapes.once(constant, () -> operators
                .graph()
                .initializer(constant, Arrays.stream(shape).boxed().toList(), values.get()));
        return GraphValue.whole(value, sizes);
    }

    private static String module(String weight) {
        return weight.endsWith(".weight") ? weight.substring(0, weight.length() - ".weight".length()) : weight;
    }

    private GraphValue layer(GraphValue x, Value result, String weight) {
        int out = base.shape(weight).get(0).intValue();
        return new GraphValue(result, x.with(x.rank() - 1, out), x.rank() <= 2 ? Form.WHOLE : Form.ROWS);
    }

    @Override
    public GraphValue linear(GraphValue x, String weight) {
        return layer(x, weights.linear(operators, name(module(weight)), rows(x).value(), weight), weight);
    }

    @Override
    public GraphValue linear(GraphValue x, String weight, String bias) {
        return layer(x, weights.linear(operators, name(module(weight)), rows(x).value(), weight, bias), weight);
    }

    @Override
    public GraphValue layerNorm(GraphValue x, String module, double epsilon) {
        GraphValue flat = rows(x);
        return flat.like(operators.layerNormalization(
                name(module),
                flat.value(),
                weight(module + ".weight").value(),
                weight(module + ".bias").value(),
                epsilon));
    }

    private GraphValue binary(Operator operator, String end, GraphValue a, GraphValue b) {
        GraphValue first = a;
        GraphValue second = b;
        if (Arrays.equals(a.sizes(), b.sizes()) && (a.form() == Form.ROWS || b.form() == Form.ROWS)) {
            first = rows(a);
            second = rows(b);
        } else if (!(a.form() == Form.ROWS && b.rank() == 1)) {
            first = whole(a);
            second = whole(b);
        }
        Value result = operators.binary(operator, name(end), first.value(), second.value());
        return new GraphValue(result, GraphShapes.broadcast(first.sizes(), second.sizes()), first.form());
    }

    @Override
    public GraphValue add(GraphValue a, GraphValue b) {
        return binary(Operator.ADD, "add", a, b);
    }

    @Override
    public GraphValue multiply(GraphValue a, GraphValue b) {
        return binary(Operator.MUL, "multiply", a, b);
    }

    private Value number(double number) {
        return shapes.number(number);
    }

    @Override
    public GraphValue scale(GraphValue x, double factor) {
        return x.like(operators.multiply(name("scaled"), x.value(), number(factor)));
    }

    @Override
    public GraphValue activate(Activation function, GraphValue x) {
        Value in = x.value();
        String end = name(function.name().toLowerCase(Locale.ROOT));
        return x.like(
                switch (function) {
                    case GELU -> {
                        Value erf = operators.erf(
                                end + ".erf", operators.divide(end + ".scaled", in, number(Math.sqrt(2))));
                        Value gate = operators.add(end + ".gate", erf, number(1));
                        yield operators.multiply(end, operators.multiply(end + ".gated", in, gate), number(0.5));
                    }
                    case GELU_TANH -> {
                        Value square = operators.multiply(end + ".square", in, in);
                        Value factor = operators.add(
                                end + ".factor",
                                operators.multiply(end + ".part", square, number(0.044715 * Math.sqrt(2 / Math.PI))),
                                number(Math.sqrt(2 / Math.PI)));
                        Value tanh = operators.unary(
                                Operator.TANH, end + ".tanh", operators.multiply(end + ".inner", in, factor));
                        Value gate = operators.add(end + ".gate", tanh, number(1));
                        yield operators.multiply(end, operators.multiply(end + ".gated", in, gate), number(0.5));
                    }
                    case QUICK_GELU -> {
                        Value scaled = operators.multiply(end + ".scaled", in, number(1.702));
                        yield operators.multiply(end, in, operators.unary(Operator.SIGMOID, end + ".gate", scaled));
                    }
                    case SILU -> operators.multiply(end, in, operators.unary(Operator.SIGMOID, end + ".gate", in));
                    case RELU -> operators.relu(end, in);
                    case TANH -> operators.unary(Operator.TANH, end, in);
                });
    }

    @Override
    public GraphValue softmax(GraphValue x) {
        return x.like(operators.softmax(name("attention"), x.value()));
    }

    @Override
    public GraphValue matMul(GraphValue a, GraphValue b) {
        GraphValue first = whole(a);
        Value product = operators.matMul(name("product"), first.value(), whole(b).value());
        return GraphValue.whole(product, first.with(first.rank() - 1, b.last()));
    }

    @Override
    public GraphValue matMulTransposed(GraphValue a, GraphValue b) {
        GraphValue first = whole(a);
        Value second = b.form() == Form.SPLIT
                ? operators.transpose(name("heads.transposed"), b.value(), 0, 2, 3, 1)
                : transposed(b);
        Value product = operators.matMul(name("scores"), first.value(), second);
        return GraphValue.whole(product, first.with(first.rank() - 1, b.sizes()[b.rank() - 2]));
    }

    private Value transposed(GraphValue x) {
        long[] order = IntStream.range(0, x.rank()).asLongStream().toArray();
        order[x.rank() - 2] = x.rank() - 1L;
        order[x.rank() - 1] = x.rank() - 2L;
        return operators.transpose(name("transposed"), whole(x).value(), order);
    }

    @Override
    public GraphValue heads(GraphValue x, int heads) {
        int size = x.last() / heads;
        Value split = shapes.reshape(name("split"), x.value(), x.sizes()[0], x.sizes()[1], heads, size);
        return new GraphValue(split, new int[] {x.sizes()[0], heads, x.sizes()[1], size}, Form.SPLIT);
    }

    @Override
    public GraphValue join(GraphValue x) {
        int d = x.sizes()[1] * x.last();
        Value back = operators.transpose(name("joined"), whole(x).value(), 0, 2, 1, 3);
        Value rows = operators.reshape(name("joined.rows"), back, shapes.constant(-1, d));
        return new GraphValue(rows, new int[] {x.sizes()[0], x.sizes()[2], d}, Form.ROWS);
    }

    @Override
    public GraphValue patches(GraphValue images, String weight, String bias, int patch) {
        Value kernel = weights.tensor(operators, weight);
        Value cut = bias == null
                ? operators.patches(name("patches"), images.value(), kernel, patch)
                : operators.patches(name("patches"), images.value(), kernel, weights.tensor(operators, bias), patch);
        int d = base.shape(weight).get(0).intValue();
        int count = images.sizes()[2] / patch * (images.sizes()[3] / patch);
        Value flat = operators.reshape(name("patches.flat"), cut, shapes.constant(-1, d, count));
        return GraphValue.whole(
                operators.transpose(name("patches.sequence"), flat, 0, 2, 1), images.sizes()[0], count, d);
    }

    @Override
    public GraphValue rows(String table, GraphValue numbers) {
        GraphValue all = weight(table);
        return GraphValue.whole(
                operators.gather(name("rows"), all.value(), numbers.value(), 0),
                numbers.sizes()[0],
                numbers.sizes()[1],
                all.last());
    }

    @Override
    public GraphValue concatenate(int axis, List<GraphValue> parts) {
        Value[] values = parts.stream().map(part -> whole(part).value()).toArray(Value[]::new);
        int size = parts.stream().mapToInt(part -> part.sizes()[axis]).sum();
        return GraphValue.whole(
                operators.concatenate(name("tokens"), axis, values),
                parts.get(0).with(axis, size));
    }

    @Override
    public GraphValue slice(GraphValue x, int axis, int from, int to) {
        if (x.form() == Form.ROWS && axis == x.rank() - 1) {
            return new GraphValue(cut(x.value(), 1, from, to), x.with(axis, to - from), Form.ROWS);
        }
        return GraphValue.whole(cut(whole(x).value(), axis, from, to), x.with(axis, to - from));
    }

    private Value cut(Value x, int axis, int from, int to) {
        return operators.slice(name("slice"), x, shapes.constant(from), shapes.constant(to), shapes.constant(axis));
    }

    @Override
    public GraphValue reshape(GraphValue x, int... sizes) {
        return GraphValue.whole(shapes.reshape(name("reshaped"), whole(x).value(), sizes), sizes);
    }

    @Override
    public GraphValue repeat(GraphValue x, GraphValue inputs) {
        Value shape = operators.concatenate(
                name("repeated.shape"), 0, shapes.inputs(), shapes.constant(x.sizes()[1], x.last()));
        return GraphValue.whole(
                operators.expand(name("repeated"), x.value(), shape), inputs.sizes()[0], x.sizes()[1], x.last());
    }

    @Override
    public GraphValue token(GraphValue x, int index) {
        Value token = operators.gather(name("token"), whole(x).value(), shapes.index(index), 1);
        return GraphValue.whole(token, x.sizes()[0], x.last());
    }

    @Override
    public GraphValue mean(GraphValue x) {
        return GraphValue.whole(operators.reduceMean(name("average"), whole(x).value(), 1), x.sizes()[0], x.last());
    }

    @Override
    public GraphValue mean(GraphValue x, GraphValue mask) {
        Value ones = operators.cast(name("mask"), mask.value(), DataType.FLOAT);
        Value count = operators.reduceSum(name("mask.count"), ones, shapes.constant(1));
        Value shares = operators.divide(
                name("mask.shares"), ones, operators.max(name("mask.least"), count, number(LEAST_COUNT)));
        Value column = operators.binary(Operator.UNSQUEEZE, name("mask.column"), shares, shapes.constant(2));
        Value weighted = operators.multiply(name("weighted"), whole(x).value(), column);
        Value sum = operators.reduceSum(name("weighted.sum"), weighted, shapes.constant(1));
        return GraphValue.whole(
                operators.reshape(name("average"), sum, shapes.constant(-1, x.last())), x.sizes()[0], x.last());
    }

    @Override
    public GraphValue unit(GraphValue x) {
        Value length = operators.reduceL2(name("length"), x.value());
        Value safe = operators.max(name("length.least"), length, number(LEAST_LENGTH));
        return x.like(operators.divide(name("unit"), x.value(), safe));
    }

    @Override
    public GraphValue attentionBias(GraphValue mask) {
        Value ones = operators.cast(name("attention.mask"), mask.value(), DataType.FLOAT);
        Value padding = operators.binary(Operator.SUB, name("attention.padding"), number(1), ones);
        Value bias = operators.multiply(name("attention.bias"), padding, number(PADDED));
        return GraphValue.whole(
                operators.binary(Operator.UNSQUEEZE, name("attention.bias.square"), bias, shapes.constant(1, 2)),
                mask.sizes()[0],
                1,
                1,
                mask.sizes()[1]);
    }

    @Override
    public GraphValue positions(String table, GraphValue numbers, int first) {
        GraphValue all = weight(table);
        Value end = first == 0
                ? shapes.tokens()
                : operators.add(name("positions.end"), shapes.tokens(), shapes.constant(first));
        Value rows = operators.slice(name("positions"), all.value(), shapes.constant(first), end, shapes.constant(0));
        return GraphValue.whole(rows, numbers.sizes()[1], all.last());
    }

    @Override
    public GraphValue countedPositions(String table, GraphValue numbers, int padding) {
        Value number = shapes.constant(padding);
        Value padded = operators.binary(Operator.EQUAL, name("positions.padded"), numbers.value(), number);
        Value real = operators.cast(
                name("positions.real"), operators.unary(Operator.NOT, name("positions.kept"), padded), DataType.INT64);
        Value counted = operators.binary(Operator.CUM_SUM, name("positions.counted"), real, shapes.index(1));
        Value places = operators.add(
                name("positions.places"), operators.multiply(name("positions.own"), counted, real), number);
        return rows(table, numbers.like(places));
    }

    @Override
    public GraphValue relativeBias(
            GraphValue table, String rowsName, Supplier<int[]> rows, int most, GraphValue numbers) {
        Value square = shapes.once(rowsName, () -> operators
                .graph()
                .initializer(
                        rowsName,
                        List.of((long) most, (long) most),
                        Arrays.stream(rows.get()).asLongStream().toArray()));
        if (numbers != null) {
            Value both = operators.concatenate(name("relative.sizes"), 0, shapes.tokens(), shapes.tokens());
            square = operators.slice(name("relative.rows"), square, shapes.constant(0, 0), both, shapes.constant(0, 1));
        }
        Value found = operators.gather(name("relative"), table.value(), square, 0);
        Value turned = operators.transpose(name("relative.heads"), found, 2, 0, 1);
        int tokens = numbers == null ? most : numbers.sizes()[1];
        return GraphValue.whole(
                operators.binary(Operator.UNSQUEEZE, name("relative.bias"), turned, shapes.constant(0)),
                1,
                table.last(),
                tokens,
                tokens);
    }
}
