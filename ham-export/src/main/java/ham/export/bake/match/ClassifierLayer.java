package ham.export.bake.match;

import ham.export.bake.read.ElementFormat;
import ham.export.bake.read.ModelIndex;
import ham.export.bake.read.NodeEntry;
import ham.export.bake.read.TensorEntry;
import ham.merge.InputException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The classifier at the end of a graph: from the features to the logits. Its weight may stand behind nodes that cast, transpose or only pass
 * it on, and the logits may be made probabilities behind it, which stays as it is.
 *
 * @param features name of the value [batch, d] that it reads
 * @param width d
 * @param classes number of logits
 * @param format of the features
 * @param output name of the logits
 * @param outputFormat of the logits
 * @param outputs graph outputs that are the logits, or made of them alone
 * @param nodes indices of its nodes; the first is the one that multiplies
 * @param constants what only they read
 */
public record ClassifierLayer(
        String features,
        int width,
        int classes,
        ElementFormat format,
        String output,
        ElementFormat outputFormat,
        Set<String> outputs,
        List<Integer> nodes,
        List<TensorEntry> constants) {

    private static final String CAST = "Cast";
    private static final Set<String> BEFORE = Set.of(CAST, "Identity", "Transpose");
    private static final Set<String> BEHIND = Set.of("Add", CAST, "Identity");
    private static final Set<String> TAIL = Set.of("Softmax", "LogSoftmax", "Sigmoid", CAST, "Identity", "ArgMax");
    private static final String ADVICE = "; keep the graph's own (head: keep)";
    private static final String OTHER_WAY = ", or keep the graph's own (head: keep)";

    /**
     * Finds the classifier.
     *
     * @param places where the classifier's weight stands
     * @throws InputException if it is not the one linear layer before a graph output
     */
    public static ClassifierLayer find(ModelIndex model, Uses uses, List<Placement> places) {
        List<Walk> walks = places.stream()
                .flatMap(place -> Walk.from(model, uses, place).stream())
                .toList();
        if (walks.size() != 1) {
            long multipliers = places.stream()
                    .flatMap(place -> uses.of(place.tensor().name()).stream())
                    .filter(ClassifierLayer::multiplies)
                    .count();
            throw new InputException(
                    model.file().path(),
                    "expected one node that multiplies by the "
                            + (places.size() == 1
                                    ? "classifier '" + places.get(0).tensor().name() + "'"
                                    : "base's classifier")
                            + ", found " + (multipliers > 1 ? "several" : "none")
                            + "; name the output of the one to replace (logits)" + OTHER_WAY);
        }
        return walks.get(0).classifier();
    }

    /**
     * The classifier that multiplies by a constant.
     *
     * @param nodes indices of the node that multiplies, and of those through which it gets the constant, from there back
     * @throws InputException as {@link #find}
     */
    static ClassifierLayer of(ModelIndex model, Uses uses, Placement place, List<Integer> nodes) {
        return Walk.back(model, uses, place, nodes).classifier();
    }

    /** Whether a node between classifier and output leaves the number of classes as it is. */
    static boolean passes(NodeEntry node) {
        return BEHIND.contains(node.operator()) || TAIL.contains(node.operator());
    }

    /** Whether a node may stand between a constant and the node that multiplies by it. */
    static boolean prepares(NodeEntry node) {
        return BEFORE.contains(node.operator());
    }

    static boolean multiplies(Use use) {
        return use.layout() != Use.Layout.UNKNOWN && use.label().matches("(Gemm|MatMul) .*");
    }

    /** A refusal that names the way out. */
    public static InputException refused(ModelIndex model, String problem) {
        return new InputException(model.file().path(), problem + ADVICE);
    }

    /** The way from a constant through the classifier to the graph's outputs. */
    private static final class Walk {
        private final ModelIndex model;
        private final Uses uses;
        private final Placement place;
        private final List<Integer> nodes = new ArrayList<>();
        private final Set<String> outputs = new LinkedHashSet<>();
        private int multiplier;
        private ElementFormat format;

        private Walk(ModelIndex model, Uses uses, Placement place) {
            this.model = model;
            this.uses = uses;
            this.place = place;
            this.format = Content.format(place.tensor());
        }

        /** The way to the node that multiplies by a constant; empty if there is none. */
        static Optional<Walk> from(ModelIndex model, Uses uses, Placement place) {
            Walk walk = new Walk(model, uses, place);
            String value = place.tensor().name();
            while (true) {
                List<Use> readers = uses.direct(value);
                if (readers.size() != 1 || !readers.get(0).canBeRenamed()) {
                    return Optional.empty();
                }
                int index = readers.get(0).node();
                if (multiplies(readers.get(0))) {
                    walk.multiplier = index;
                    walk.nodes.add(0, index);
                    return Optional.of(walk);
                }
                NodeEntry node = model.nodes().get(index);
                if (!BEFORE.contains(node.operator()) || node.outputs().size() != 1) {
                    return Optional.empty();
                }
                walk.pass(node);
                walk.nodes.add(index);
                value = node.outputs().get(0);
            }
        }

        /** The way back from the node that multiplies; what others read too stays. */
        static Walk back(ModelIndex model, Uses uses, Placement place, List<Integer> way) {
            Walk walk = new Walk(model, uses, place);
            walk.multiplier = way.get(0);
            walk.nodes.add(way.get(0));
            for (int i = way.size() - 1; i > 0; i--) {
                walk.pass(model.nodes().get(way.get(i)));
            }
            for (int index : way.subList(1, way.size())) {
                if (uses.direct(model.nodes().get(index).outputs().get(0)).size() != 1) {
                    break;
                }
                walk.nodes.add(index);
            }
            return walk;
        }

        private void pass(NodeEntry node) {
            if (node.operator().equals(CAST)) {
                int to = node.integers().getOrDefault("to", 0L).intValue();
                format = ElementFormat.of(to)
                        .orElseThrow(() -> refused(
                                model,
                                "expected floats at the classifier, found " + node.label() + " to the ONNX type "
                                        + to));
            }
        }

        private ClassifierLayer classifier() {
            NodeEntry node = model.nodes().get(multiplier);
            if (node.integers().getOrDefault("transA", 0L) != 0
                    || place.tensor().dims().size() != 2) {
                throw refused(model, "expected a plain linear layer as classifier, found " + node.label());
            }
            ElementFormat features = format;
            String value = node.outputs().get(0);
            for (Optional<Integer> next = behind(value); next.isPresent(); next = behind(value)) {
                NodeEntry entry = model.nodes().get(next.get());
                pass(entry);
                nodes.add(next.get());
                value = entry.outputs().get(0);
            }
            tail(value);
            return new ClassifierLayer(
                    node.inputs().get(0),
                    place.block().columns(),
                    place.block().rows(),
                    features,
                    value,
                    format,
                    outputs,
                    nodes,
                    constants());
        }

        /** The one node that reads the value and belongs to the classifier, if there is one. */
        private Optional<Integer> behind(String value) {
            List<Use> readers = uses.direct(value);
            return readers.size() == 1 && readers.get(0).canBeRenamed()
                    ? Optional.of(readers.get(0).node())
                            .filter(index ->
                                    BEHIND.contains(model.nodes().get(index).operator()))
                            .filter(index -> restIsConstant(model.nodes().get(index), value))
                    : Optional.empty();
        }

        private boolean restIsConstant(NodeEntry node, String value) {
            return node.inputs().stream()
                    .allMatch(input -> input.equals(value)
                            || model.tensors().stream()
                                    .anyMatch(tensor -> tensor.name().equals(input)));
        }

        /** Follows the logits to the graph's outputs, through nodes that do not care how many classes there are. */
        private void tail(String value) {
            List<Use> readers = uses.direct(value);
            for (Use reader : readers) {
                NodeEntry node = reader.canBeRenamed() ? model.nodes().get(reader.node()) : null;
                if (node == null && model.outputs().containsKey(value) && reader.node() < 0) {
                    outputs.add(value);
                } else if (node != null
                        && TAIL.contains(node.operator())
                        && node.outputs().size() == 1) {
                    tail(node.outputs().get(0));
                } else {
                    throw refused(
                            model,
                            "expected the classifier's logits to be a graph output, found that they are read by "
                                    + readers.stream().map(Use::label).toList());
                }
            }
        }

        private List<TensorEntry> constants() {
            Set<String> read = new LinkedHashSet<>();
            nodes.forEach(node -> read.addAll(model.nodes().get(node).inputs()));
            return model.tensors().stream()
                    .filter(tensor -> read.contains(tensor.name()))
                    .filter(tensor -> uses.direct(tensor.name()).stream().allMatch(use -> nodes.contains(use.node())))
                    .toList();
        }
    }
}
