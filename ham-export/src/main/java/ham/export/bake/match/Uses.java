package ham.export.bake.match;

import ham.export.bake.base.LayerPlace;
import ham.export.bake.read.ModelIndex;
import ham.export.bake.read.NodeEntry;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Who reads each value of a graph. */
public final class Uses {

    private static final String IDENTITY = "Identity";

    /** Nodes that bring a constant into the form that its reader takes, without a layer of their own. */
    private static final Set<String> PREPARING = Set.of("Cast", "Transpose", "Reshape", "Unsqueeze", "Squeeze");

    private final ModelIndex model;
    private final Map<String, List<Use>> byName = new HashMap<>();

    /** The readings of every value. */
    public Uses(ModelIndex model) {
        this.model = model;
        for (int index = 0; index < model.nodes().size(); index++) {
            NodeEntry node = model.nodes().get(index);
            for (int input = 0; input < node.inputs().size(); input++) {
                add(node.inputs().get(input), use(node, index, input));
            }
            for (String captured : node.captured()) {
                add(captured, use(node, index, -1));
            }
        }
        for (String output : model.outputs().keySet()) {
            add(output, new Use(-1, -1, Optional.empty(), Use.Layout.UNKNOWN, "graph output"));
        }
    }

    /** Who reads the very value, in the order of the nodes. */
    List<Use> direct(String name) {
        return byName.getOrDefault(name, List.of());
    }

    /**
     * The uses of a value in the order of the nodes. Who reads it through Identity nodes, as exporters write them for weights that several
     * layers share, counts as a reader; where the reader's own name tells no layer, the name that the Identity node gives it may.
     */
    public List<Use> of(String name) {
        List<Use> uses = new ArrayList<>();
        follow(name, Optional.empty(), uses, new HashSet<>());
        return uses;
    }

    private void follow(String name, Optional<LayerPlace> told, List<Use> uses, Set<String> seen) {
        if (!seen.add(name)) {
            return;
        }
        for (Use use : direct(name)) {
            NodeEntry node = use.canBeRenamed() ? model.nodes().get(use.node()) : null;
            if (node != null
                    && node.operator().equals(IDENTITY)
                    && node.outputs().size() == 1) {
                String output = node.outputs().get(0);
                Optional<LayerPlace> place =
                        LayerPlace.find(output).or(use::place).or(() -> told);
                follow(output, place, uses, seen);
            } else {
                uses.add(use.place().isPresent() ? use : use.at(told.or(() -> behind(node))));
            }
        }
    }

    /** The layer that all readers behind a preparing node tell of. */
    private Optional<LayerPlace> behind(NodeEntry node) {
        if (node == null
                || !PREPARING.contains(node.operator())
                || node.outputs().size() != 1) {
            return Optional.empty();
        }
        Set<Optional<LayerPlace>> places = new HashSet<>();
        of(node.outputs().get(0)).forEach(use -> places.add(use.place()));
        return places.size() == 1 ? places.iterator().next() : Optional.empty();
    }

    private void add(String name, Use use) {
        byName.computeIfAbsent(name, key -> new ArrayList<>()).add(use);
    }

    private static Use use(NodeEntry node, int index, int input) {
        return new Use(index, input, LayerPlace.find(node.path()), layout(node, input), node.label());
    }

    private static Use.Layout layout(NodeEntry node, int input) {
        return switch (node.operator()) {
            case "MatMul", "com.microsoft.Attention" -> input == 1 ? Use.Layout.TRANSPOSED : Use.Layout.UNKNOWN;
            case "Gemm" -> {
                if (input != 1) {
                    yield Use.Layout.UNKNOWN;
                }
                yield node.integers().getOrDefault("transB", 0L) == 1 ? Use.Layout.STORED : Use.Layout.TRANSPOSED;
            }
            default -> Use.Layout.UNKNOWN;
        };
    }
}
