package ham.export.encoder;

import ham.export.graph.GraphBuilder;
import ham.export.graph.Value;
import ham.merge.checkpoint.Checkpoint;

/** The graph of an encoder up to where a head reads. */
interface ModelGraph {
    /**
     * Adds inputs and encoder to an empty graph.
     *
     * @param pooled whether a head or the base's classifier follows
     */
    static ModelGraph of(GraphBuilder graph, Checkpoint base, GraphWeights weights, boolean pooled) {
        return base.isVit() && pooled
                ? new VitModelGraph(graph, base, weights)
                : new EncoderGraph(graph, base, weights);
    }

    /** What a head reads, [batch, width]. */
    Value feature();

    /** Adds the output of the base's own classifier. */
    void addOwn(HeadGraph heads, int classes);

    /** Adds what the base gives without a classifier. */
    void addOutputs();
}
