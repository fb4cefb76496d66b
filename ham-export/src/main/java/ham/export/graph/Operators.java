package ham.export.graph;

import ham.export.proto.TensorProto.DataType;
import java.util.List;

/**
 * The operators as methods on a graph: typed arguments in, one value out.
 *
 * <p>The first argument of each is the wished name of node and output. Shapes follow ONNX: {@code b} is a batch dimension.
 */
public final class Operators {

    private final GraphBuilder graph;

    /** Operators that add their nodes to this graph. */
    public Operators(GraphBuilder graph) {
        this.graph = graph;
    }

    /** The graph that the nodes go to. */
    public GraphBuilder graph() {
        return graph;
    }

    /** A float32 scalar under exactly this name. */
    public Value scalar(String name, double value) {
        return graph.initializer(name, List.of(), new float[] {(float) value});
    }

    /** An int64 vector under exactly this name: a target shape. */
    public Value shape(String name, long... dimensions) {
        return graph.initializer(name, List.of((long) dimensions.length), dimensions);
    }

    /** Elementwise {@code a + b}, broadcast. */
    public Value add(String name, Value a, Value b) {
        return graph.node(Operator.ADD, name, List.of(a, b));
    }

    /** Elementwise {@code a * b}, broadcast. */
    public Value multiply(String name, Value a, Value b) {
        return graph.node(Operator.MUL, name, List.of(a, b));
    }

    /** Elementwise {@code a / b}, broadcast. */
    public Value divide(String name, Value a, Value b) {
        return graph.node(Operator.DIV, name, List.of(a, b));
    }

    /** Elementwise larger of the two, broadcast. */
    public Value max(String name, Value a, Value b) {
        return graph.node(Operator.MAX, name, List.of(a, b));
    }

    /** Elementwise {@code max(x, 0)}. */
    public Value relu(String name, Value x) {
        return graph.node(Operator.RELU, name, List.of(x));
    }

    /** Elementwise error function. */
    public Value erf(String name, Value x) {
        return graph.node(Operator.ERF, name, List.of(x));
    }

    /** Matrix product over the last two dimensions. */
    public Value matMul(String name, Value a, Value b) {
        return graph.node(Operator.MAT_MUL, name, List.of(a, b));
    }

    /** {@code x W^T}: x [n, in], weight [out, in], result [n, out]. */
    public Value linear(String name, Value x, Value weight) {
        return graph.node(Operator.GEMM, name, List.of(x, weight), Attributes.integer("transB", 1));
    }

    /** {@code x W^T + c}: x [n, in], weight [out, in], c a bias [out] or a matrix [n, out], result [n, out]. */
    public Value linear(String name, Value x, Value weight, Value c) {
        return graph.node(Operator.GEMM, name, List.of(x, weight, c), Attributes.integer("transB", 1));
    }

    /** {@code alpha x W^T + c}; see {@link #linear(String, Value, Value, Value)}. */
    public Value linear(String name, Value x, Value weight, Value c, double alpha) {
        return graph.node(
                Operator.GEMM,
                name,
                List.of(x, weight, c),
                Attributes.decimal("alpha", (float) alpha),
                Attributes.integer("transB", 1));
    }

    /** Layer normalisation over the last dimension. */
    public Value layerNormalization(String name, Value x, Value scale, Value bias, double epsilon) {
        return graph.node(
                Operator.LAYER_NORMALIZATION,
                name,
                List.of(x, scale, bias),
                Attributes.integer("axis", -1),
                Attributes.decimal("epsilon", (float) epsilon));
    }

    /** Softmax over the last dimension. */
    public Value softmax(String name, Value x) {
        return graph.node(Operator.SOFTMAX, name, List.of(x), Attributes.integer("axis", -1));
    }

    /** Euclidean length along the last dimension, which stays with size 1. */
    public Value reduceL2(String name, Value x) {
        return graph.node(
                Operator.REDUCE_L2,
                name,
                List.of(x),
                Attributes.integers("axes", -1),
                Attributes.integer("keepdims", 1));
    }

    /** Mean along an axis, which goes away. */
    public Value reduceMean(String name, Value x, long axis) {
        return graph.node(
                Operator.REDUCE_MEAN,
                name,
                List.of(x),
                Attributes.integers("axes", axis),
                Attributes.integer("keepdims", 0));
    }

    /** Convolution without padding whose stride is its kernel: x [b, in, h, w], weight [out, in, patch, patch]. */
    public Value patches(String name, Value x, Value weight, Value bias, long patch) {
        return graph.node(
                Operator.CONV,
                name,
                List.of(x, weight, bias),
                Attributes.integers("kernel_shape", patch, patch),
                Attributes.integers("strides", patch, patch));
    }

    /** As {@link #patches(String, Value, Value, Value, long)} without a bias. */
    public Value patches(String name, Value x, Value weight, long patch) {
        return graph.node(
                Operator.CONV,
                name,
                List.of(x, weight),
                Attributes.integers("kernel_shape", patch, patch),
                Attributes.integers("strides", patch, patch));
    }

    /** An operator of one value without attributes. */
    public Value unary(Operator operator, String name, Value x) {
        return graph.node(operator, name, List.of(x));
    }

    /** An operator of two values without attributes. */
    public Value binary(Operator operator, String name, Value a, Value b) {
        return graph.node(operator, name, List.of(a, b));
    }

    /** The values in another type. */
    public Value cast(String name, Value x, DataType type) {
        return graph.node(Operator.CAST, name, List.of(x), Attributes.integer("to", type.getNumber()));
    }

    /** Entries from (inclusive) to (exclusive) along axes; all three are int64 vectors. */
    public Value slice(String name, Value x, Value from, Value to, Value axes) {
        return graph.node(Operator.SLICE, name, List.of(x, from, to, axes));
    }

    /** Sums along axes, an int64 vector; the axes stay with size 1. */
    public Value reduceSum(String name, Value x, Value axes) {
        return graph.node(Operator.REDUCE_SUM, name, List.of(x, axes), Attributes.integer("keepdims", 1));
    }

    /** New dimensions for the same values; shape is an int64 vector that may hold one -1. */
    public Value reshape(String name, Value x, Value shape) {
        return graph.node(Operator.RESHAPE, name, List.of(x, shape));
    }

    /** Dimensions in another order. */
    public Value transpose(String name, Value x, long... order) {
        return graph.node(Operator.TRANSPOSE, name, List.of(x), Attributes.integers("perm", order));
    }

    /** One tensor behind the other along an axis. */
    public Value concatenate(String name, long axis, Value... parts) {
        return graph.node(Operator.CONCAT, name, List.of(parts), Attributes.integer("axis", axis));
    }

    /** x repeated to the given shape. */
    public Value expand(String name, Value x, Value shape) {
        return graph.node(Operator.EXPAND, name, List.of(x, shape));
    }

    /** The entries of x at the indices along an axis; a scalar index drops the axis. */
    public Value gather(String name, Value x, Value indices, long axis) {
        return graph.node(Operator.GATHER, name, List.of(x, indices), Attributes.integer("axis", axis));
    }

    /** The first dimensions of x as an int64 vector, {@code from} (inclusive) to {@code to} (exclusive). */
    public Value sizes(String name, Value x, long from, long to) {
        return graph.node(
                Operator.SHAPE, name, List.of(x), Attributes.integer("start", from), Attributes.integer("end", to));
    }

    /** The first dimension of x as an int64 vector of one value. */
    public Value batchSize(String name, Value x) {
        return graph.node(
                Operator.SHAPE, name, List.of(x), Attributes.integer("start", 0), Attributes.integer("end", 1));
    }
}
