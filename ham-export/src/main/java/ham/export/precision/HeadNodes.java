package ham.export.precision;

import ham.export.proto.NodeProto;

/** Tells the classifier's nodes, from the last norm on, from those before; {@link ham.export.encoder.VitGraph} gives them their names. */
final class HeadNodes {
    private HeadNodes() {}

    static boolean isHead(NodeProto node) {
        return node.getName().startsWith("features") || node.getName().startsWith("logits");
    }
}
