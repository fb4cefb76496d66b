package ham.export.bake.edit;

import ham.export.bake.match.ClassifierLayer;
import ham.export.bake.read.Bytes;
import ham.export.bake.read.ElementFormat;
import ham.export.bake.read.Messages;
import ham.export.bake.read.ModelIndex;
import ham.export.bake.read.Range;
import ham.export.encoder.HeadGraph;
import ham.export.encoder.VitGraph;
import ham.export.graph.GraphBuilder;
import ham.export.graph.Value;
import ham.export.graph.ValueInfos;
import ham.export.proto.AttributeProto;
import ham.export.proto.AttributeProto.AttributeType;
import ham.export.proto.GraphProto;
import ham.export.proto.NodeProto;
import ham.export.proto.TensorProto;
import ham.export.proto.TensorShapeProto;
import ham.export.proto.ValueInfoProto;
import ham.merge.head.Head;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Puts a merge's head in the place of a graph's classifier; it computes in float32 whatever the graph does. */
public final class HeadReplacement {

    private static final String FEATURES = "features";

    /** Since this version ReduceL2 takes its axes as an input. */
    private static final long AXES_ARE_INPUT = 18;

    private final ModelIndex model;
    private final ClassifierLayer classifier;
    private final ModelEdit edit;
    private final Map<String, String> names = new HashMap<>();
    private final List<NodeProto> nodes = new ArrayList<>();

    public HeadReplacement(ModelIndex model, ClassifierLayer classifier, ModelEdit edit) {
        this.model = model;
        this.classifier = classifier;
        this.edit = edit;
    }

    /**
     * Replaces the classifier.
     *
     * @throws ham.merge.InputException if the head does not fit
     */
    public void put(Head head) {
        if (head.features() != classifier.width()) {
            throw ClassifierLayer.refused(
                    model,
                    "expected a head for features of width " + classifier.width() + ", found one for "
                            + head.features());
        }
        GraphBuilder builder = new GraphBuilder("head");
        Value features = builder.input(ValueInfos.floats(FEATURES, VitGraph.BATCH, head.features()));
        new HeadGraph(builder).add(head, features);
        GraphProto graph = builder.build();

        classifier.outputs().forEach(each -> output(each, head.classes()));
        ElementFormat output = classifier.outputFormat();
        names.put(FEATURES, cast(classifier.format(), ElementFormat.FLOAT, classifier.features(), "features"));
        names.put(VitGraph.OUTPUT, output == ElementFormat.FLOAT ? classifier.output() : edit.freshName("ham.logits"));
        for (TensorProto tensor : graph.getInitializerList()) {
            byte[] raw = tensor.getRawData().toByteArray();
            edit.initializer(name(tensor.getName()), tensor.getDataType(), tensor.getDimsList(), Bytes.of(raw));
        }
        graph.getNodeList().forEach(node -> nodes.add(renamed(node)));
        if (output != ElementFormat.FLOAT) {
            nodes.add(castNode(output, name(VitGraph.OUTPUT), classifier.output()));
        }
        for (int i = 1; i < classifier.nodes().size(); i++) {
            edit.replaceNode(classifier.nodes().get(i), List.of());
        }
        edit.replaceNode(classifier.nodes().get(0), nodes);
        classifier.constants().forEach(edit::remove);
    }

    /** Notes the number of classes in a graph output that has a number a class. */
    private void output(String name, int classes) {
        Range field = model.outputs().get(name);
        ValueInfoProto.Builder info = Messages.value(model.file(), field).toBuilder();
        TensorShapeProto.Builder shape =
                info.getTypeBuilder().getTensorTypeBuilder().getShapeBuilder();
        boolean logits = name.equals(classifier.output());
        int type = info.getType().getTensorType().getElemType();
        if (logits && (shape.getDimCount() != 2 || ElementFormat.of(type).isEmpty())) {
            throw ClassifierLayer.refused(
                    model,
                    "expected a float graph output [batch, classes], found '" + name + "' with " + shape.getDimCount()
                            + " dimensions of ONNX type " + type);
        }
        if (shape.getDimCount() == 2 && (logits || shape.getDim(1).getDimValue() == classifier.classes())) {
            shape.setDim(1, TensorShapeProto.Dimension.newBuilder().setDimValue(classes));
            edit.output(field, info.build());
        }
    }

    private String cast(ElementFormat from, ElementFormat to, String value, String name) {
        if (from == to) {
            return value;
        }
        String widened = edit.freshName("ham." + name);
        nodes.add(castNode(to, value, widened));
        return widened;
    }

    private static NodeProto castNode(ElementFormat to, String from, String result) {
        return NodeProto.newBuilder()
                .setOpType("Cast")
                .setName(result)
                .addInput(from)
                .addOutput(result)
                .addAttribute(AttributeProto.newBuilder()
                        .setName("to")
                        .setType(AttributeType.INT)
                        .setI(to.dataType()))
                .build();
    }

    private NodeProto renamed(NodeProto node) {
        NodeProto.Builder copy =
                node.toBuilder().clearInput().clearOutput().setName(edit.freshName("ham." + node.getName()));
        node.getInputList().forEach(input -> copy.addInput(name(input)));
        node.getOutputList().forEach(output -> copy.addOutput(name(output)));
        return forOpset(model, copy, edit);
    }

    /** Reductions that take their axes as an input since a version that the graph may have. */
    static NodeProto forOpset(ModelIndex model, NodeProto.Builder copy, ModelEdit edit) {
        if (copy.getOpType().equals("ReduceL2") && model.opset() >= AXES_ARE_INPUT) {
            String axes = edit.freshName("ham.head.axes");
            edit.initializer(axes, TensorProto.DataType.INT64_VALUE, List.of(1L), Bytes.of(new byte[] {
                -1, -1, -1, -1, -1, -1, -1, -1
            }));
            copy.clearAttribute().addInput(axes);
        }
        return copy.build();
    }

    private String name(String own) {
        return names.computeIfAbsent(own, key -> edit.freshName("ham." + key));
    }
}
