package ham.export.precision;

import ham.export.graph.GraphEdit;
import ham.export.proto.NodeProto;

/** Writes one linear layer in integers: {@code x W^T + b} with x float32 [n, in] and the result float32 [n, out], under the node's own name. */
@FunctionalInterface
interface LinearWriter {
    /**
     * Adds the nodes.
     *
     * @param node the {@code Gemm} in float32
     * @param weights its weight
     */
    void write(GraphEdit edit, NodeProto node, ChannelWeights weights);
}
