package ham.export.graph;

import com.google.protobuf.UnsafeByteOperations;
import ham.export.proto.AttributeProto;
import ham.export.proto.GraphProto;
import ham.export.proto.NodeProto;
import ham.export.proto.TensorProto;
import ham.export.proto.TensorProto.DataType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** A graph written from another: kept nodes, new nodes and new constants. Constants that nothing reads any more are left out at the end. */
public final class GraphEdit {
    private final GraphProto source;
    private final GraphProto.Builder target;
    private final Set<String> added = new HashSet<>();

    /** An edit that has the source's inputs and outputs and no node yet. */
    public GraphEdit(GraphProto source) {
        this.source = source;
        target = GraphProto.newBuilder()
                .setName(source.getName())
                .addAllInput(source.getInputList())
                .addAllOutput(source.getOutputList());
    }

    /** Adds a node as it is. */
    public void keep(NodeProto node) {
        target.addNode(node);
    }

    /** Adds a node of the standard domain and returns its output, which bears the node's name. */
    public String node(String operator, String name, List<String> inputs, AttributeProto... attributes) {
        return node("", operator, name, inputs, attributes);
    }

    /** The same of any domain. */
    public String node(String domain, String operator, String name, List<String> inputs, AttributeProto... attributes) {
        NodeProto.Builder node = NodeProto.newBuilder()
                .setOpType(operator)
                .setName(name)
                .addAllInput(inputs)
                .addOutput(name)
                .addAllAttribute(List.of(attributes));
        if (!domain.isEmpty()) {
            node.setDomain(domain);
        }
        target.addNode(node);
        return name;
    }

    /** Adds a node of the standard domain and returns its outputs. */
    public List<String> nodes(
            String operator, String name, List<String> inputs, List<String> outputs, AttributeProto... attributes) {
        target.addNode(NodeProto.newBuilder()
                .setOpType(operator)
                .setName(name)
                .addAllInput(inputs)
                .addAllOutput(outputs)
                .addAllAttribute(List.of(attributes)));
        return outputs;
    }

    /** Adds a float32 constant once; see {@link #constant}. */
    public String floats(String name, List<Long> shape, float... values) {
        ByteBuffer bytes = ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(values);
        return constant(name, DataType.FLOAT, shape, bytes);
    }

    /** Adds an int64 vector once; see {@link #constant}. */
    public String integers(String name, long... values) {
        ByteBuffer bytes = ByteBuffer.allocate(values.length * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asLongBuffer().put(values);
        return constant(name, DataType.INT64, List.of((long) values.length), bytes);
    }

    /** Adds a constant once, row-major and little-endian; later calls with the same name mean the same constant. */
    public String constant(String name, DataType type, List<Long> shape, ByteBuffer bytes) {
        if (added.add(name)) {
            target.addInitializer(TensorProto.newBuilder()
                    .setName(name)
                    .setDataType(type.getNumber())
                    .addAllDims(shape)
                    .setRawData(UnsafeByteOperations.unsafeWrap(bytes)));
        }
        return name;
    }

    /** The new graph, with the source's constants that are still read. */
    public GraphProto build() {
        Set<String> read = new HashSet<>();
        target.getNodeList().forEach(node -> read.addAll(node.getInputList()));
        List<TensorProto> kept = source.getInitializerList().stream()
                .filter(tensor -> read.contains(tensor.getName()) && !added.contains(tensor.getName()))
                .toList();
        List<TensorProto> own = List.copyOf(target.getInitializerList());
        return target.clearInitializer()
                .addAllInitializer(kept)
                .addAllInitializer(own)
                .build();
    }
}
