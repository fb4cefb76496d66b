package ham.export.form;

import ham.export.graph.Attributes;
import ham.export.proto.GraphProto;
import ham.export.proto.NodeProto;
import ham.export.proto.TensorProto.DataType;
import ham.merge.InputException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Finds what the classifier of a graph that ham built reads; {@link ham.export.encoder.VitGraph} gives these values their names. */
final class FeatureValue {
    private static final String MEAN = "features.mean";
    private static final String CLASS = "features.class";
    private static final String DISTILLATION = "features.distillation";

    private FeatureValue() {}

    /**
     * Adds the nodes that make the feature [batch, d], float32, an output.
     *
     * @param file for messages
     * @throws InputException when the graph does not come from ham
     */
    static void write(Path file, GraphProto.Builder graph, Nodes nodes) {
        Set<String> made = new HashSet<>();
        graph.getNodeList().forEach(node -> made.addAll(node.getOutputList()));
        String inner = FormNames.FEATURES + Renaming.SUFFIX;
        String feature;
        if (made.contains(CLASS) && made.contains(DISTILLATION)) {
            String sum = nodes.add("Add", "features.sum", List.of(CLASS, DISTILLATION));
            feature = nodes.add("Mul", "features.half", List.of(sum, nodes.floats("features.two", List.of(), 0.5f)));
        } else if (made.contains(MEAN) && !reads(graph, inner, MEAN)) {
            feature = MEAN;
        } else if (made.contains(inner)) {
            feature = inner;
        } else {
            throw InputException.parameter(
                    "features",
                    "expected a graph that ham built, found " + file + " without a value called 'features'");
        }
        nodes.addAs("Cast", FormNames.FEATURES, List.of(feature), Attributes.integer("to", DataType.FLOAT.getNumber()));
    }

    /** Whether the last norm comes after the mean, and so is the feature. */
    private static boolean reads(GraphProto.Builder graph, String output, String input) {
        for (NodeProto node : graph.getNodeList()) {
            if (node.getOutputList().contains(output) && node.getInputList().contains(input)) {
                return true;
            }
        }
        return false;
    }
}
