package ham.export.form;

import com.google.protobuf.ByteString;
import ham.export.proto.AttributeProto;
import ham.export.proto.GraphProto;
import ham.export.proto.ModelProto;
import ham.export.proto.NodeProto;
import ham.export.proto.OperatorSetIdProto;
import ham.export.proto.TensorProto;
import ham.export.proto.TensorProto.DataType;
import ham.merge.InputException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/**
 * Operator set 18 for a model of 17: the reductions that took their axes as an attribute take them as an input there. Source: the change log of
 * the ONNX operators.
 */
final class NewerOpset {
    private static final long WANTED = 18;
    private static final Set<String> REDUCTIONS = Set.of(
            "ReduceL1",
            "ReduceL2",
            "ReduceLogSum",
            "ReduceLogSumExp",
            "ReduceMax",
            "ReduceMean",
            "ReduceMin",
            "ReduceProd",
            "ReduceSumSquare");
    /** Other operators that mean something else from 18 on, as far as models of images have them. */
    private static final Set<String> CHANGED = Set.of("Resize", "Split");

    private NewerOpset() {}

    /**
     * Raises the standard operator set of a model to 18 where it is 17.
     *
     * @param file for messages
     * @throws InputException when it is older, or an operator would mean something else
     */
    static void raise(Path file, ModelProto.Builder model) {
        for (OperatorSetIdProto.Builder set : model.getOpsetImportBuilderList()) {
            if (!set.getDomain().isEmpty() && !set.getDomain().equals("ai.onnx")) {
                continue;
            }
            if (set.getVersion() >= WANTED) {
                return;
            }
            if (set.getVersion() < WANTED - 1) {
                throw new InputException(
                        file,
                        "expected operator set 17 or later to resize images in the graph, found " + set.getVersion()
                                + "; export it anew, or keep the float input");
            }
            set.setVersion(WANTED);
        }
        GraphProto.Builder graph = model.getGraphBuilder();
        for (NodeProto.Builder node : graph.getNodeBuilderList()) {
            if (REDUCTIONS.contains(node.getOpType())) {
                axesAsInput(graph, node);
            } else if (CHANGED.contains(node.getOpType())) {
                throw new InputException(
                        file,
                        "expected no " + node.getOpType()
                                + " of operator set 17, which means something else in 18, found" + " node '"
                                + node.getName() + "'; export it with operator set 18, or keep the float input");
            }
        }
    }

    private static void axesAsInput(GraphProto.Builder graph, NodeProto.Builder node) {
        for (int i = 0; i < node.getAttributeCount(); i++) {
            AttributeProto attribute = node.getAttribute(i);
            if (attribute.getName().equals("axes")) {
                List<Long> axes = attribute.getIntsList();
                ByteBuffer bytes = ByteBuffer.allocate(Long.BYTES * axes.size()).order(ByteOrder.LITTLE_ENDIAN);
                axes.forEach(bytes::putLong);
                String name = "form.axes." + node.getOutput(0);
                graph.addInitializer(TensorProto.newBuilder()
                        .setName(name)
                        .setDataType(DataType.INT64.getNumber())
                        .addDims(axes.size())
                        .setRawData(ByteString.copyFrom(bytes.flip())));
                node.removeAttribute(i).addInput(name);
                return;
            }
        }
    }
}
