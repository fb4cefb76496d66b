package ham.export.graph;

import ham.export.proto.GraphProto;
import ham.export.proto.ModelProto;
import ham.export.proto.NodeProto;
import ham.export.proto.OperatorSetIdProto;
import java.util.TreeSet;

/** The versions of format and operators that ham writes: IR version 8, operator set 17, and 1 of any further domain that a node is of. */
public final class OperatorSets {
    /** The domain of ONNX Runtime's own operators. */
    public static final String MICROSOFT = "com.microsoft";

    /** The version of the standard operators. */
    public static final long STANDARD = 17;

    private static final long IR_VERSION = 8;

    private OperatorSets() {}

    /** A model with this graph and without metadata. */
    public static ModelProto.Builder model(GraphProto graph) {
        ModelProto.Builder model = ModelProto.newBuilder()
                .setIrVersion(IR_VERSION)
                .setProducerName("ham")
                .addOpsetImport(set("", STANDARD))
                .setGraph(graph);
        TreeSet<String> domains = new TreeSet<>();
        for (NodeProto node : graph.getNodeList()) {
            domains.add(node.getDomain());
        }
        domains.remove("");
        domains.forEach(domain -> model.addOpsetImport(set(domain, 1)));
        return model;
    }

    /** Whether a model's standard operators are of the version that ham writes. */
    public static boolean isOurs(ModelProto model) {
        return model.getOpsetImportList().stream()
                .anyMatch(set -> set.getDomain().isEmpty() && set.getVersion() == STANDARD);
    }

    private static OperatorSetIdProto.Builder set(String domain, long version) {
        return OperatorSetIdProto.newBuilder().setDomain(domain).setVersion(version);
    }
}
