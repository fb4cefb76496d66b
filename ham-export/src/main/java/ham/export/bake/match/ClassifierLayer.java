package ham.export.bake.match;

import ham.export.bake.read.ElementFormat;
import ham.export.bake.read.ModelIndex;
import ham.export.bake.read.NodeEntry;
import ham.export.bake.read.TensorEntry;
import ham.merge.InputException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * The classifier at the end of a graph: from the features to the logits.
 *
 * @param features name of the value [batch, d] that it reads
 * @param width d
 * @param format of the features
 * @param output name of the graph output that it makes
 * @param nodes indices of its nodes, in their order
 * @param constants what only they read
 */
public record ClassifierLayer(
        String features,
        int width,
        ElementFormat format,
        String output,
        List<Integer> nodes,
        List<TensorEntry> constants) {

    private static final Set<String> BEHIND = Set.of("Add", "Cast", "Identity");
    private static final String ADVICE = "; keep the graph's own (head: keep)";

    /**
     * Finds the classifier.
     *
     * @param places where the classifier's weight stands
     * @throws InputException if it is not the one linear layer before a graph output
     */
    public static ClassifierLayer find(ModelIndex model, Uses uses, List<Placement> places) {
        List<Placement> read = places.stream()
                .filter(place -> uses.of(place.tensor().name()).stream().anyMatch(ClassifierLayer::multiplies))
                .toList();
        if (read.size() != 1 || uses.of(read.get(0).tensor().name()).size() != 1) {
            throw refused(
                    model,
                    "expected one node that multiplies by the base's classifier, found "
                            + (read.isEmpty() ? "none" : "several"));
        }
        Placement place = read.get(0);
        int index = uses.of(place.tensor().name()).get(0).node();
        NodeEntry node = model.nodes().get(index);
        if (node.integers().getOrDefault("transA", 0L) != 0
                || place.tensor().dims().size() != 2) {
            throw refused(model, "expected a plain linear layer as classifier, found " + node.label());
        }
        List<Integer> nodes = new ArrayList<>(List.of(index));
        String value = node.outputs().get(0);
        while (!model.outputs().containsKey(value) || uses.of(value).size() != 1) {
            List<Use> readers = uses.of(value);
            NodeEntry next = readers.size() == 1 && readers.get(0).canBeRenamed()
                    ? model.nodes().get(readers.get(0).node())
                    : null;
            if (next == null || !BEHIND.contains(next.operator()) || !restIsConstant(model, next, value)) {
                throw refused(
                        model,
                        "expected the classifier's logits to be a graph output, found that they are read by "
                                + readers.stream().map(Use::label).toList());
            }
            nodes.add(readers.get(0).node());
            value = next.outputs().get(0);
        }
        return new ClassifierLayer(
                node.inputs().get(0),
                place.block().columns(),
                Content.format(place.tensor()),
                value,
                nodes,
                constants(model, uses, nodes));
    }

    private static boolean multiplies(Use use) {
        return use.layout() != Use.Layout.UNKNOWN && use.label().matches("(Gemm|MatMul) .*");
    }

    private static boolean restIsConstant(ModelIndex model, NodeEntry node, String value) {
        return node.inputs().stream()
                .allMatch(input -> input.equals(value)
                        || model.tensors().stream()
                                .anyMatch(tensor -> tensor.name().equals(input)));
    }

    private static List<TensorEntry> constants(ModelIndex model, Uses uses, List<Integer> nodes) {
        Set<String> read = new LinkedHashSet<>();
        nodes.forEach(node -> read.addAll(model.nodes().get(node).inputs()));
        return model.tensors().stream()
                .filter(tensor -> read.contains(tensor.name()))
                .filter(tensor -> uses.of(tensor.name()).stream().allMatch(use -> nodes.contains(use.node())))
                .toList();
    }

    public static InputException refused(ModelIndex model, String problem) {
        return new InputException(model.file().path(), problem + ADVICE);
    }
}
