package ham.export.precision;

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
final class GraphEdit {
    private final GraphProto source;
    private final GraphProto.Builder target;
    private final Set<String> added = new HashSet<>();

    GraphEdit(GraphProto source) {
        this.source = source;
        target = GraphProto.newBuilder()
                .setName(source.getName())
                .addAllInput(source.getInputList())
                .addAllOutput(source.getOutputList());
    }

    void keep(NodeProto node) {
        target.addNode(node);
    }

    /** Adds a node of the standard domain and returns its output, which bears the node's name. */
    String node(String operator, String name, List<String> inputs, AttributeProto... attributes) {
        return node("", operator, name, inputs, attributes);
    }

    String node(String domain, String operator, String name, List<String> inputs, AttributeProto... attributes) {
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

    String floats(String name, List<Long> shape, float... values) {
        ByteBuffer bytes = ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(values);
        return constant(name, DataType.FLOAT, shape, bytes);
    }

    /** Adds a constant once; later calls with the same name mean the same constant. */
    String constant(String name, DataType type, List<Long> shape, ByteBuffer bytes) {
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
    GraphProto build() {
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
