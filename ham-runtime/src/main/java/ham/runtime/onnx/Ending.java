package ham.runtime.onnx;

import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What a graph does to its numbers last: whether an output is logits or probabilities already. Reads the nodes of the ONNX file itself, and
 * follows an output back through what changes no number ({@code Identity}, {@code Cast}, {@code Reshape}, ...) and into functions of the model.
 */
public enum Ending {
    /** Probabilities that sum to 1. */
    SOFTMAX,
    /** A probability a number. */
    SIGMOID,
    /** Anything else. */
    NONE;

    private static final List<String> PASSING = List.of(
            "Identity",
            "Cast",
            "CastLike",
            "Reshape",
            "Flatten",
            "Squeeze",
            "Unsqueeze",
            "Dropout",
            "Clip",
            "QuantizeLinear",
            "DequantizeLinear");

    private static final int DEEPEST = 64;

    /** A node: what it does, what it reads and what it writes. */
    private record Node(String operator, List<String> inputs, List<String> outputs) {}

    /** Nodes, read from the last on as far as anybody asks: an output is mostly written there, and a graph has hundreds; of a function its outputs too. */
    private static final class Nodes {
        private final List<String> outputs;
        private final List<ByteBuffer> unread = new ArrayList<>();
        private final Map<String, Node> writers = new HashMap<>();

        Nodes(List<String> outputs) {
            this.outputs = outputs;
        }

        Node writer(String value) {
            while (!writers.containsKey(value) && !unread.isEmpty()) {
                Node node = node(unread.remove(unread.size() - 1));
                node.outputs().forEach(output -> writers.putIfAbsent(output, node));
            }
            return writers.get(value);
        }

        String operator(String value) {
            Node writer = writer(value);
            return writer == null ? "" : writer.operator();
        }
    }

    /**
     * Of an output of a model's file; {@link #NONE} also where that cannot be read, which whoever runs the model tells.
     *
     * @param output name in the graph
     */
    public static Ending of(Path file, String output) {
        try (FileChannel in = FileChannel.open(file, StandardOpenOption.READ)) {
            return in.size() > Integer.MAX_VALUE
                    ? NONE
                    : of(in.map(FileChannel.MapMode.READ_ONLY, 0, in.size()), output);
        } catch (IOException e) {
            return NONE;
        }
    }

    /** The same of the bytes of a file, from position to limit, which stay as they are. */
    public static Ending of(ByteBuffer model, String output) {
        try {
            Nodes graph = new Nodes(List.of());
            Map<String, Nodes> functions = new HashMap<>();
            Wire fields = new Wire(model);
            while (fields.next()) {
                if (fields.field() == 7) {
                    readNodes(fields.bytes(), 1, graph);
                } else if (fields.field() == 25) {
                    readFunction(fields.bytes(), functions);
                }
            }
            return of(graph, output, functions, 0);
        } catch (BufferUnderflowException | IllegalArgumentException e) {
            return NONE;
        }
    }

    private static void readNodes(ByteBuffer message, int nodeField, Nodes nodes) {
        Wire fields = new Wire(message);
        while (fields.next()) {
            if (fields.field() == nodeField) {
                nodes.unread.add(fields.bytes());
            }
        }
    }

    private static Node node(ByteBuffer message) {
        List<String> inputs = new ArrayList<>();
        List<String> outputs = new ArrayList<>();
        String operator = "";
        Wire fields = new Wire(message);
        while (fields.next()) {
            switch (fields.field()) {
                case 1 -> inputs.add(fields.text());
                case 2 -> outputs.add(fields.text());
                case 4 -> operator = fields.text();
                default -> {
                    // names, attributes and documentation
                }
            }
        }
        return new Node(operator, inputs, outputs);
    }

    private static void readFunction(ByteBuffer message, Map<String, Nodes> functions) {
        List<String> outputs = new ArrayList<>();
        String name = "";
        Wire fields = new Wire(message);
        while (fields.next()) {
            if (fields.field() == 1) {
                name = fields.text();
            } else if (fields.field() == 5) {
                outputs.add(fields.text());
            }
        }
        Nodes function = new Nodes(outputs);
        readNodes(message, 7, function);
        functions.put(name, function);
    }

    private static Ending of(Nodes nodes, String value, Map<String, Nodes> functions, int depth) {
        Node node = nodes.writer(value);
        if (node == null || depth > DEEPEST) {
            return NONE;
        }
        String operator = node.operator();
        if (operator.endsWith("Softmax") && !operator.endsWith("LogSoftmax")) {
            return SOFTMAX;
        }
        if (operator.endsWith("Sigmoid")) {
            return SIGMOID;
        }
        List<String> inputs = node.inputs();
        Nodes function = functions.get(operator);
        if (function != null && node.outputs().indexOf(value) < function.outputs.size()) {
            String inner = function.outputs.get(node.outputs().indexOf(value));
            return of(function, inner, functions, depth + 1);
        }
        if (PASSING.contains(operator) && !inputs.isEmpty()) {
            return of(nodes, inputs.get(0), functions, depth + 1);
        }
        if (operator.equals("Div") && inputs.size() == 2) {
            return quotient(nodes, inputs.get(0), inputs.get(1));
        }
        if (operator.equals("Reciprocal")) {
            return addsExp(nodes, inputs.get(0)) ? SIGMOID : NONE;
        }
        if (operator.equals("Concat") && inputs.size() == 2) {
            return pair(nodes, inputs, functions, depth);
        }
        return NONE;
    }

    /** exp(x) / sum(exp(x)), or 1 / (1 + exp(-x)). */
    private static Ending quotient(Nodes nodes, String above, String below) {
        if (nodes.operator(above).equals("Exp")
                && nodes.operator(below).equals("ReduceSum")
                && nodes.writer(below).inputs().get(0).equals(above)) {
            return SOFTMAX;
        }
        return addsExp(nodes, below) ? SIGMOID : NONE;
    }

    private static boolean addsExp(Nodes nodes, String value) {
        return nodes.operator(value).equals("Add")
                && nodes.writer(value).inputs().stream()
                        .anyMatch(each -> nodes.operator(each).equals("Exp"));
    }

    /** The two probabilities of a yes and a no: p and 1 - p. */
    private static Ending pair(Nodes nodes, List<String> inputs, Map<String, Nodes> functions, int depth) {
        for (int i = 0; i < 2; i++) {
            String sure = inputs.get(i);
            String other = inputs.get(1 - i);
            if (nodes.operator(other).equals("Sub")
                    && nodes.writer(other).inputs().contains(sure)
                    && of(nodes, sure, functions, depth + 1) == SIGMOID) {
                return SOFTMAX;
            }
        }
        return NONE;
    }
}
