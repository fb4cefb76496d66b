package ham.export.form;

import com.google.protobuf.ByteString;
import ham.export.proto.AttributeProto;
import ham.export.proto.GraphProto;
import ham.export.proto.NodeProto;
import ham.export.proto.TensorProto;
import ham.export.proto.TensorProto.DataType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/** Nodes and constants that are put before or behind a graph; all names but those that are asked for begin with {@code form.}. */
final class Nodes {
    private static final String PREFIX = "form.";

    private final List<NodeProto> nodes = new ArrayList<>();
    private final List<TensorProto> constants = new ArrayList<>();

    /** Adds a node with one output, named after it. */
    String add(String type, String name, List<String> inputs, AttributeProto... attributes) {
        return addAs(type, PREFIX + name, inputs, attributes);
    }

    /** Adds a node whose output has exactly this name. */
    String addAs(String type, String output, List<String> inputs, AttributeProto... attributes) {
        addAs(type, List.of(output), inputs, attributes);
        return output;
    }

    /** Adds a node with several outputs. */
    void addAs(String type, List<String> outputs, List<String> inputs, AttributeProto... attributes) {
        nodes.add(NodeProto.newBuilder()
                .setOpType(type)
                .setName(PREFIX + "node." + outputs.get(0))
                .addAllInput(inputs)
                .addAllOutput(outputs)
                .addAllAttribute(List.of(attributes))
                .build());
    }

    /** An int64 vector. */
    String integers(String name, long... values) {
        ByteBuffer bytes = buffer(Long.BYTES * values.length);
        bytes.asLongBuffer().put(values);
        return constant(name, DataType.INT64, List.of((long) values.length), bytes);
    }

    /** An int32 tensor. */
    String integers(String name, List<Long> shape, int... values) {
        ByteBuffer bytes = buffer(Integer.BYTES * values.length);
        bytes.asIntBuffer().put(values);
        return constant(name, DataType.INT32, shape, bytes);
    }

    /** A float32 tensor. */
    String floats(String name, List<Long> shape, float... values) {
        ByteBuffer bytes = buffer(Float.BYTES * values.length);
        bytes.asFloatBuffer().put(values);
        return constant(name, DataType.FLOAT, shape, bytes);
    }

    private static ByteBuffer buffer(int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    private String constant(String name, DataType type, List<Long> shape, ByteBuffer bytes) {
        constants.add(TensorProto.newBuilder()
                .setName(PREFIX + name)
                .setDataType(type.getNumber())
                .addAllDims(shape)
                .setRawData(ByteString.copyFrom(bytes))
                .build());
        return PREFIX + name;
    }

    /** Puts them before the nodes of a graph. */
    void putBefore(GraphProto.Builder graph) {
        List<NodeProto> rest = List.copyOf(graph.getNodeList());
        graph.clearNode().addAllNode(nodes).addAllNode(rest).addAllInitializer(constants);
    }

    /** Puts them behind the nodes of a graph. */
    void putBehind(GraphProto.Builder graph) {
        graph.addAllNode(nodes).addAllInitializer(constants);
    }
}
