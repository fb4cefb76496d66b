package ham.export.check;

import ham.export.proto.AttributeProto;
import ham.export.proto.AttributeProto.AttributeType;
import ham.export.proto.FunctionProto;
import ham.export.proto.GraphProto;
import ham.export.proto.NodeProto;
import ham.export.proto.SparseTensorProto;
import ham.export.proto.TensorProto;
import ham.export.proto.ValueInfoProto;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The rules inside a graph: names are given once, and everything that is read was given before.
 *
 * <p>Graphs inside a node's attributes (branches, loop bodies) see the names around them and may not give those again.
 */
final class GraphRules {

    private final Set<String> domains;
    private final boolean initializersAreInputs;
    private final List<String> problems;

    /**
     * @param domains operator domains that the model imports, the standard one as the empty string
     * @param initializersAreInputs whether the IR version is so old that each initializer must be an input too
     * @param problems where violations are added
     */
    GraphRules(Set<String> domains, boolean initializersAreInputs, List<String> problems) {
        this.domains = domains;
        this.initializersAreInputs = initializersAreInputs;
        this.problems = problems;
    }

    void checkMain(GraphProto graph) {
        for (ValueInfoProto input : graph.getInputList()) {
            checkType("graph input '" + input.getName() + "'", input);
        }
        for (ValueInfoProto output : graph.getOutputList()) {
            checkType("graph output '" + output.getName() + "'", output);
        }
        if (graph.getOutputCount() == 0) {
            problems.add("the graph has no output");
        }
        check(graph, Set.of());
    }

    void checkFunction(FunctionProto function) {
        Set<String> names = new HashSet<>();
        for (String input : function.getInputList()) {
            take(names, "input of function " + function.getName(), input);
        }
        checkNodes(function.getNodeList(), names);
        for (String output : function.getOutputList()) {
            if (!names.contains(output)) {
                problems.add("output '" + output + "' of function " + function.getName() + " is produced by no node");
            }
        }
    }

    private void check(GraphProto graph, Set<String> around) {
        if (graph.getName().isEmpty()) {
            problems.add("a graph has no name");
        }
        Set<String> inputs = new HashSet<>();
        for (ValueInfoProto input : graph.getInputList()) {
            take(inputs, "graph input", input.getName());
        }
        Set<String> initializers = new HashSet<>();
        for (TensorProto tensor : graph.getInitializerList()) {
            take(initializers, "initializer", tensor.getName());
            TensorRules.check("initializer '" + tensor.getName() + "'", tensor, problems);
        }
        for (SparseTensorProto sparse : graph.getSparseInitializerList()) {
            take(initializers, "sparse initializer", sparse.getValues().getName());
        }
        if (initializersAreInputs && !inputs.containsAll(initializers)) {
            problems.add("before IR version 4 each initializer must be a graph input, found some that are not");
        }
        Set<String> names = new HashSet<>(around);
        names.addAll(inputs);
        names.addAll(initializers);
        checkNodes(graph.getNodeList(), names);
        Set<String> outputs = new HashSet<>();
        for (ValueInfoProto output : graph.getOutputList()) {
            take(outputs, "graph output", output.getName());
            if (!names.contains(output.getName())) {
                problems.add("graph output '" + output.getName() + "' is produced by no node");
            }
        }
    }

    private void checkNodes(List<NodeProto> nodes, Set<String> names) {
        for (NodeProto node : nodes) {
            String what = "node '" + node.getName() + "' (" + node.getOpType() + ")";
            if (node.getOpType().isEmpty()) {
                problems.add(what + " names no operator");
            }
            if (!domains.contains(ModelChecker.canonicalDomain(node.getDomain()))) {
                problems.add(
                        what + " is of the domain '" + node.getDomain() + "', of which no operator set is imported");
            }
            for (String input : node.getInputList()) {
                if (!input.isEmpty() && !names.contains(input)) {
                    problems.add(
                            what + " reads '" + input + "', which is no graph input, initializer or earlier output");
                }
            }
            Set<String> attributes = new HashSet<>();
            for (AttributeProto attribute : node.getAttributeList()) {
                if (!attributes.add(attribute.getName())) {
                    problems.add(what + " has the attribute '" + attribute.getName() + "' twice");
                }
                checkAttribute(what, attribute, names);
            }
            if (node.getOutputList().stream().allMatch(String::isEmpty)) {
                problems.add(what + " has no output");
            }
            for (String output : node.getOutputList()) {
                if (!output.isEmpty() && !names.add(output)) {
                    problems.add(what + " produces '" + output + "', a name that is given already");
                }
            }
        }
    }

    private void checkAttribute(String node, AttributeProto attribute, Set<String> names) {
        if (attribute.getName().isEmpty()) {
            problems.add(node + " has an attribute without a name");
        }
        String what = node + ": attribute '" + attribute.getName() + "'";
        if (attribute.getType() == AttributeType.UNDEFINED
                && attribute.getRefAttrName().isEmpty()) {
            problems.add(what + " has no type");
        }
        if (attribute.hasT()) {
            TensorRules.check(what, attribute.getT(), problems);
        }
        if (attribute.hasG()) {
            check(attribute.getG(), names);
        }
        for (GraphProto graph : attribute.getGraphsList()) {
            check(graph, names);
        }
    }

    private void checkType(String what, ValueInfoProto value) {
        switch (value.getType().getValueCase()) {
            case TENSOR_TYPE -> {
                if (value.getType().getTensorType().getElemType() == 0) {
                    problems.add(what + " is a tensor without an element type");
                }
                if (!value.getType().getTensorType().hasShape()) {
                    problems.add(what + " is a tensor without a shape");
                }
            }
            case VALUE_NOT_SET -> problems.add(what + " has no type");
            default -> {
                // Sequences, maps and the like are typed by being there.
            }
        }
    }

    private void take(Set<String> names, String what, String name) {
        if (name.isEmpty()) {
            problems.add("a " + what + " has no name");
        } else if (!names.add(name)) {
            problems.add(what + " '" + name + "' is given twice");
        }
    }
}
