package ham.export.encoder;

import ham.export.graph.GraphBuilder;
import ham.export.graph.Value;
import ham.merge.checkpoint.Checkpoint;

/** The graph of a plain ViT, whose last block computes no more than is pooled. */
final class VitModelGraph implements ModelGraph {
    private final Checkpoint base;
    private final GraphWeights weights;
    private final VitGraph vit;
    private final Value tokens;

    VitModelGraph(GraphBuilder graph, Checkpoint base, GraphWeights weights) {
        this.base = base;
        this.weights = weights;
        vit = new VitGraph(graph, base.config(), base.names(), weights);
        tokens = vit.encode();
    }

    @Override
    public Value feature() {
        return vit.feature(tokens);
    }

    @Override
    public void addOwn(HeadGraph heads, int classes) {
        heads.addOwn(weights, base.names(), vit.classifierInputs(tokens), classes);
    }

    @Override
    public void addOutputs() {
        throw new IllegalStateException("a graph of pooled tokens has no other outputs");
    }
}
