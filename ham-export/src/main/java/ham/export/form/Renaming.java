package ham.export.form;

import ham.export.proto.GraphProto;
import ham.export.proto.NodeProto;
import java.util.Set;

/** Frees names in a graph: its own values that bear them get another one. */
final class Renaming {
    /** What is added to the old name. */
    static final String SUFFIX = ".inner";

    private Renaming() {}

    /** Renames every value that is called like one of {@code wanted}; nodes with subgraphs do not occur here. */
    static void free(GraphProto.Builder graph, Set<String> wanted) {
        for (NodeProto.Builder node : graph.getNodeBuilderList()) {
            for (int i = 0; i < node.getInputCount(); i++) {
                node.setInput(i, renamed(node.getInput(i), wanted));
            }
            for (int i = 0; i < node.getOutputCount(); i++) {
                node.setOutput(i, renamed(node.getOutput(i), wanted));
            }
        }
        graph.getValueInfoBuilderList().forEach(value -> value.setName(renamed(value.getName(), wanted)));
        graph.getInitializerBuilderList().forEach(tensor -> tensor.setName(renamed(tensor.getName(), wanted)));
        graph.getInputBuilderList().forEach(value -> value.setName(renamed(value.getName(), wanted)));
        graph.getOutputBuilderList().forEach(value -> value.setName(renamed(value.getName(), wanted)));
    }

    private static String renamed(String name, Set<String> wanted) {
        return wanted.contains(name) ? name + SUFFIX : name;
    }
}
