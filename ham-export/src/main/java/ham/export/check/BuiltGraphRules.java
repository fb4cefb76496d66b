package ham.export.check;

import ham.export.proto.GraphProto;
import ham.export.proto.NodeProto;
import ham.export.proto.TensorProto;
import ham.export.proto.TensorShapeProto.Dimension;
import ham.export.proto.ValueInfoProto;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** What ham asks of its own graphs beyond a valid file: nothing that is never read, and a named batch dimension. */
final class BuiltGraphRules {

    /** The standard operators, and those of ONNX Runtime, which only its own flavor uses. */
    private static final Set<String> DOMAINS = Set.of("", "com.microsoft");

    private BuiltGraphRules() {}

    static void check(GraphProto graph, List<String> problems) {
        Set<String> read = new HashSet<>();
        graph.getNodeList().forEach(node -> read.addAll(node.getInputList()));
        graph.getOutputList().forEach(output -> read.add(output.getName()));
        report("graph input", graph.getInputList().stream().map(ValueInfoProto::getName), read, problems);
        report("initializer", graph.getInitializerList().stream().map(TensorProto::getName), read, problems);
        for (NodeProto node : graph.getNodeList()) {
            report(
                    "output of node '" + node.getName() + "'",
                    node.getOutputList().stream().filter(output -> !output.isEmpty() && !isHalfOfSort(node, read)),
                    read,
                    problems);
            if (!DOMAINS.contains(ModelChecker.canonicalDomain(node.getDomain()))) {
                problems.add("node '" + node.getName() + "' is of the domain '" + node.getDomain()
                        + "', neither of the standard operator set nor of ONNX Runtime's");
            }
        }
        graph.getInputList().forEach(input -> requireNamedBatch("graph input", input, problems));
        graph.getOutputList().forEach(output -> requireNamedBatch("graph output", output, problems));
    }

    /** A sort gives values and indices, and neither may be left out. */
    private static boolean isHalfOfSort(NodeProto node, Set<String> read) {
        return node.getOpType().equals("TopK") && node.getOutputList().stream().anyMatch(read::contains);
    }

    private static void report(String what, Stream<String> names, Set<String> read, List<String> problems) {
        names.filter(name -> !read.contains(name))
                .forEach(name -> problems.add(what + " '" + name + "' is never read"));
    }

    private static void requireNamedBatch(String what, ValueInfoProto value, List<String> problems) {
        List<Dimension> shape = value.getType().getTensorType().getShape().getDimList();
        if (shape.isEmpty() || shape.get(0).getDimParam().isEmpty()) {
            problems.add(what + " '" + value.getName() + "' has no named batch dimension");
        }
    }
}
