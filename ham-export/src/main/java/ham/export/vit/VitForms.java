package ham.export.vit;

import ham.export.graph.GraphBuilder;
import ham.export.graph.Value;
import ham.export.proto.GraphProto;
import ham.merge.InputException;
import ham.merge.checkpoint.Checkpoint;
import ham.merge.head.Head;
import ham.merge.head.NamedHead;
import java.util.List;
import java.util.Optional;

/**
 * The two forms of one classifier, from the same {@link VitGraph}: baked for use, factored as the reference it is compared with.
 *
 * @param base the pre-trained model
 * @param changes what the merge does to it
 * @param head the merge's head; without one the base's own classifier is used
 */
public record VitForms(Checkpoint base, WeightChanges changes, Optional<NamedHead> head) {

    /**
     * Checks that there is a classifier that fits.
     *
     * @throws InputException if neither merge nor base has a classifier, or the head reads features of another width
     */
    public VitForms {
        if (head.isEmpty() && !base.hasClassifier()) {
            throw new InputException(
                    base.directory(),
                    "expected a classifier in the base or a head in the merge, found neither; merge adapters that have a head");
        }
        int width = base.config().hidden();
        head.map(NamedHead::head)
                .map(Head::features)
                .filter(found -> found != width)
                .ifPresent(found -> {
                    throw new InputException(
                            base.directory(),
                            "expected a head for features of width " + width + ", found one for " + found);
                });
    }

    /** Class names in the order of the logits. */
    public List<String> labels() {
        return head.map(NamedHead::classes).orElse(base.config().labels());
    }

    /** Every changed weight replaced by its sum with the delta. */
    public GraphProto baked() {
        return graph(new BakedWeights(base, changes));
    }

    /** The base's weights with the changes as branches beside them. */
    public GraphProto factored() {
        return graph(new FactoredWeights(base, changes));
    }

    private GraphProto graph(VitWeights weights) {
        GraphBuilder graph = new GraphBuilder("vit");
        VitGraph vit = new VitGraph(graph, base.config(), base.names(), weights);
        Value tokens = vit.encode();
        HeadGraph heads = new HeadGraph(graph);
        if (head.isPresent()) {
            heads.add(head.get().head(), vit.feature(tokens));
        } else {
            heads.addOwn(weights, base.names(), vit.classifierInputs(tokens), labels().size());
        }
        GraphProto built = graph.build();
        changes.requireAllIn(built);
        return built;
    }
}
