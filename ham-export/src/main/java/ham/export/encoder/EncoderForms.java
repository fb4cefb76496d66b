package ham.export.encoder;

import ham.export.graph.GraphBuilder;
import ham.export.proto.GraphProto;
import ham.merge.InputException;
import ham.merge.checkpoint.Checkpoint;
import ham.merge.head.Head;
import ham.merge.head.NamedHead;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The two forms of one model, from the same {@link ModelGraph}: baked for use, factored as the reference it is compared with.
 *
 * @param base the pre-trained model
 * @param changes what the merge does to it
 * @param head the merge's head; without one the base's own classifier is used, and without that what the encoder gives
 */
public record EncoderForms(Checkpoint base, WeightChanges changes, Optional<NamedHead> head) {

    /**
     * Checks that a head fits; where it reads several blocks, so does the base's encoder.
     *
     * @throws InputException if the head reads features of another width
     */
    public EncoderForms {
        base = base.readBy(head);
        Path folder = base.directory();
        int width = base.encoder().width();
        head.map(NamedHead::head)
                .map(Head::features)
                .filter(found -> found != width)
                .ifPresent(found -> {
                    throw new InputException(
                            folder, "expected a head for features of width " + width + ", found one for " + found);
                });
    }

    /** Whether there is a head or a classifier; without, the graph gives what the encoder does. */
    public boolean classifies() {
        return head.isPresent() || base.hasClassifier();
    }

    /** Class names in the order of the logits. */
    public List<String> labels() {
        return head.map(NamedHead::classes).orElse(base.labels());
    }

    /** Every changed weight replaced by its sum with the delta. */
    public GraphProto baked() {
        return graph(new BakedWeights(base, changes));
    }

    /** The base's weights with the changes as branches beside them. */
    public GraphProto factored() {
        return graph(new FactoredWeights(base, changes));
    }

    /** The base's weights as they are, with the head. */
    public GraphProto unchanged() {
        return graph(new BakedWeights(base, WeightChanges.of(base, List.of())));
    }

    private GraphProto graph(GraphWeights weights) {
        GraphBuilder graph = new GraphBuilder("vit");
        ModelGraph model = ModelGraph.of(graph, base, weights, classifies());
        HeadGraph heads = new HeadGraph(graph);
        if (head.isPresent()) {
            heads.add(head.get().head(), model.feature());
        } else if (base.hasClassifier()) {
            model.addOwn(heads, labels().size());
        } else {
            model.addOutputs();
        }
        GraphProto built = graph.build();
        changes.requireAllIn(built);
        return built;
    }
}
