package ham.export.graph;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import ham.export.proto.AttributeProto;
import ham.export.proto.GraphProto;
import ham.export.proto.NodeProto;
import ham.export.proto.TensorProto;
import ham.export.proto.TensorProto.DataType;
import ham.export.proto.ValueInfoProto;
import ham.merge.InputException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Builds one ONNX graph from its inputs to its outputs.
 *
 * <p>Every name is taken once. A node can only read what was added before it, so the nodes stand in topological order. A
 * mistake of the caller is an {@link IllegalArgumentException} at the node that has it.
 */
public final class GraphBuilder {

    /** A protobuf message, and so an ONNX file without external data, holds less than 2 GB; the rest is for the nodes. */
    private static final long MOST_INITIALIZER_BYTES = Integer.MAX_VALUE - (16L << 20);

    private final GraphProto.Builder graph;
    private final Set<String> values = new HashSet<>();
    private final Set<String> nodes = new HashSet<>();
    private long initializerBytes;

    /** Starts an empty graph of that name. */
    public GraphBuilder(String name) {
        graph = GraphProto.newBuilder().setName(name);
    }

    /** Adds a graph input; see {@link ValueInfos}. */
    public Value input(ValueInfoProto input) {
        graph.addInput(input);
        return take(input.getName());
    }

    /** Makes a value of this graph an output; the info bears the value's name. */
    public void output(ValueInfoProto output) {
        requireKnown("graph output", new Value(output.getName()));
        graph.addOutput(output);
    }

    /**
     * Adds a float32 constant under exactly this name.
     *
     * @param shape dimensions; their product is the number of values
     * @param values row-major
     * @throws InputException if the constants of the graph no longer fit into one ONNX file
     */
    public Value initializer(String name, List<Long> shape, float[] values) {
        ByteBuffer bytes = littleEndian(name, shape, values.length, Float.BYTES);
        bytes.asFloatBuffer().put(values);
        return initializer(name, DataType.FLOAT, shape, bytes);
    }

    /** Adds an int64 constant under exactly this name; see {@link #initializer(String, List, float[])}. */
    public Value initializer(String name, List<Long> shape, long[] values) {
        ByteBuffer bytes = littleEndian(name, shape, values.length, Long.BYTES);
        bytes.asLongBuffer().put(values);
        return initializer(name, DataType.INT64, shape, bytes);
    }

    /**
     * Adds a node.
     *
     * @param name wished name of the node and of its output; a number is appended where it is taken
     * @return the node's one output
     */
    public Value node(Operator operator, String name, List<Value> inputs, AttributeProto... attributes) {
        operator.check(name, inputs.size(), List.of(attributes));
        NodeProto.Builder node =
                NodeProto.newBuilder().setOpType(operator.type()).addAllAttribute(List.of(attributes));
        for (Value input : inputs) {
            requireKnown("node " + name, input);
            node.addInput(input.name());
        }
        String unique = name;
        for (int number = 1; values.contains(unique) || nodes.contains(unique); number++) {
            unique = name + "_" + number;
        }
        nodes.add(unique);
        graph.addNode(node.setName(unique).addOutput(unique));
        return take(unique);
    }

    /** The graph as built so far. */
    public GraphProto build() {
        return graph.build();
    }

    private ByteBuffer littleEndian(String name, List<Long> shape, int count, int width) {
        long expected = shape.stream().mapToLong(Long::longValue).reduce(1, Math::multiplyExact);
        if (expected != count) {
            throw new IllegalArgumentException(
                    "initializer " + name + ": shape " + shape + " has " + expected + " values, found " + count);
        }
        initializerBytes += (long) count * width;
        if (initializerBytes > MOST_INITIALIZER_BYTES) {
            throw new InputException(
                    "The model's weights take 2 GB or more, which one ONNX file cannot hold (up to tensor " + name
                            + ": " + initializerBytes + " bytes); choose a smaller base model.");
        }
        return ByteBuffer.allocate(count * width).order(ByteOrder.LITTLE_ENDIAN);
    }

    private Value initializer(String name, DataType type, List<Long> shape, ByteBuffer bytes) {
        ByteString raw = UnsafeByteOperations.unsafeWrap(bytes);
        graph.addInitializer(TensorProto.newBuilder()
                .setName(name)
                .setDataType(type.getNumber())
                .addAllDims(shape)
                .setRawData(raw));
        return take(name);
    }

    private Value take(String name) {
        if (name.isEmpty() || !values.add(name)) {
            throw new IllegalArgumentException("the value name '" + name + "' is empty or taken");
        }
        return new Value(name);
    }

    private void requireKnown(String reader, Value value) {
        if (!values.contains(value.name())) {
            throw new IllegalArgumentException(reader + " reads " + value.name() + ", which is not in the graph yet");
        }
    }
}
