package ham.export.bake.read;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads one node, and the constant that it holds if it is a Constant node. */
final class NodeReader {

    private static final String NAME_SCOPES = "pkg.torch.onnx.name_scopes";

    private final TensorReader reader;
    private final int index;
    private final List<String> inputs = new ArrayList<>();
    private final List<String> captured = new ArrayList<>();
    private final List<String> outputs = new ArrayList<>();
    private final Map<String, Long> integers = new HashMap<>();
    private final Map<String, String> metadata = new HashMap<>();
    private final NodeEntry entry;
    private TensorEntry value;

    NodeReader(MessageWalk graph, TensorReader reader, int index) {
        this.reader = reader;
        this.index = index;
        String name = "";
        String operator = "";
        String domain = "";
        MessageWalk node = graph.message();
        while (node.next()) {
            switch (node.number()) {
                case 1 -> inputs.add(node.text());
                case 2 -> outputs.add(node.text());
                case 3 -> name = node.text();
                case 4 -> operator = node.text();
                case 5 -> attribute(node.message());
                case 7 -> domain = node.text();
                case 9 -> ModelReader.pair(node.message(), metadata);
                default -> {}
            }
        }
        boolean standard = domain.isEmpty() || domain.equals("ai.onnx");
        entry = new NodeEntry(
                graph.field(),
                name,
                standard ? operator : domain + '.' + operator,
                inputs,
                captured,
                outputs,
                metadata.getOrDefault(NAME_SCOPES, ""),
                integers);
    }

    NodeEntry entry() {
        return entry;
    }

    /** The value of a Constant node, under the name of its output. */
    Optional<TensorEntry> constant() {
        if (!entry.operator().equals("Constant") || value == null || outputs.size() != 1) {
            return Optional.empty();
        }
        return Optional.of(new TensorEntry(
                outputs.get(0), index, value.dataType(), value.dims(), value.field(), value.source(), value.values()));
    }

    private void attribute(MessageWalk attribute) {
        String name = "";
        Long integer = null;
        while (attribute.next()) {
            switch (attribute.number()) {
                case 1 -> name = attribute.text();
                case 3 -> integer = attribute.integer();
                case 5 -> value = reader.read(attribute, index);
                case 6, 11 -> innerGraph(attribute.message());
                default -> {}
            }
        }
        if (integer != null) {
            integers.put(name, integer);
        }
    }

    /** Notes what an inner graph may read from outside, at any depth. */
    private void innerGraph(MessageWalk graph) {
        while (graph.next()) {
            switch (graph.number()) {
                case 1 -> innerNode(graph.message());
                case 5 -> reader.read(graph, index);
                case 12 -> innerOutput(graph.message());
                default -> {}
            }
        }
    }

    private void innerOutput(MessageWalk value) {
        while (value.next()) {
            if (value.number() == 1) {
                captured.add(value.text());
            }
        }
    }

    private void innerNode(MessageWalk node) {
        while (node.next()) {
            switch (node.number()) {
                case 1 -> captured.add(node.text());
                case 5 -> {
                    MessageWalk attribute = node.message();
                    while (attribute.next()) {
                        switch (attribute.number()) {
                            case 5 -> reader.read(attribute, index);
                            case 6, 11 -> innerGraph(attribute.message());
                            default -> {}
                        }
                    }
                }
                default -> {}
            }
        }
    }
}
