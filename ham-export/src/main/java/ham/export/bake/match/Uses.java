package ham.export.bake.match;

import ham.export.bake.base.LayerName;
import ham.export.bake.read.ModelIndex;
import ham.export.bake.read.NodeEntry;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Who reads each value of a graph. */
public final class Uses {

    private final Map<String, List<Use>> byName = new HashMap<>();

    public Uses(ModelIndex model) {
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
            add(output, new Use(-1, -1, LayerName.find(""), Use.Layout.UNKNOWN, "graph output"));
        }
    }

    /** The uses of a value in the order of the nodes. */
    public List<Use> of(String name) {
        return byName.getOrDefault(name, List.of());
    }

    private void add(String name, Use use) {
        byName.computeIfAbsent(name, key -> new ArrayList<>()).add(use);
    }

    private static Use use(NodeEntry node, int index, int input) {
        return new Use(index, input, LayerName.find(node.path()), layout(node, input), node.label());
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
