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

    /** Nodes by what they write, and, of a function, its outputs. */
    private record Nodes(Map<String, Node> writers, List<String> outputs) {
        Node writer(String value) {
            return writers.get(value);
        }

        String operator(String value) {
            return writers.containsKey(value) ? writers.get(value).operator() : "";
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
            Nodes graph = new Nodes(new HashMap<>(), List.of());
            Map<String, Nodes> functions = new HashMap<>();
            Wire fields = new Wire(model);
            while (fields.next()) {
                if (fields.field() == 7) {
                    readNodes(fields.bytes(), 1, graph.writers());
                } else if (fields.field() == 25) {
                    readFunction(fields.bytes(), functions);
                }
            }
            return of(graph, output, functions, 0);
        } catch (BufferUnderflowException | IllegalArgumentException e) {
            return NONE;
        }
    }

    private static void readNodes(ByteBuffer message, int nodeField, Map<String, Node> writers) {
        Wire fields = new Wire(message);
        while (fields.next()) {
            if (fields.field() == nodeField) {
                Node node = node(fields.bytes());
                for (String output : node.outputs()) {
                    writers.put(output, node);
                }
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
        Nodes function = new Nodes(new HashMap<>(), new ArrayList<>());
        String name = "";
        Wire fields = new Wire(message);
        while (fields.next()) {
            if (fields.field() == 1) {
                name = fields.text();
            } else if (fields.field() == 5) {
                function.outputs().add(fields.text());
            }
        }
        readNodes(message, 7, function.writers());
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
        if (function != null
                && node.outputs().indexOf(value) < function.outputs().size()) {
            String inner = function.outputs().get(node.outputs().indexOf(value));
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
