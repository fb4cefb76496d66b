package ham.export.bake.match;

import ham.export.bake.base.LayerPlace;
import ham.export.bake.base.WeightBlock;
import java.util.Optional;

/**
 * One reading of a constant.
 *
 * @param node index of the node that reads it; -1 if the graph gives it out
 * @param input which input of the node; -1 if an inner graph of the node reads it
 * @param place the layer that the node's name or scopes tell
 * @param layout how the operator takes a weight
 * @param label for messages
 */
public record Use(int node, int input, Optional<LayerPlace> place, Layout layout, String label) {

    /** How an operator takes the weights of a linear layer. */
    enum Layout {
        /** [out, in]. */
        STORED,
        /** [in, out]. */
        TRANSPOSED,
        UNKNOWN
    }

    /** What a use says about whether it belongs to a layer. */
    enum Verdict {
        CONFIRMS,
        SILENT,
        CONTRADICTS
    }

    /** Compares what the node's name tells with the layer of a block of weights. */
    Verdict verdict(WeightBlock block) {
        if (label.startsWith("LayerNormalization")
                || place.isEmpty()
                || block.place().isEmpty()) {
            return label.startsWith("LayerNormalization") ? Verdict.CONTRADICTS : Verdict.SILENT;
        }
        LayerPlace here = place.get();
        LayerPlace wanted = block.place().get();
        if (here.block() != wanted.block()) {
            return Verdict.CONTRADICTS;
        }
        if (here.part().isEmpty() || wanted.part().isEmpty()) {
            return Verdict.SILENT;
        }
        return here.part().get().covers(wanted.part().get())
                        || wanted.part().get().covers(here.part().get())
                ? Verdict.CONFIRMS
                : Verdict.CONTRADICTS;
    }

    /** The same where that place is known from elsewhere. */
    Use at(Optional<LayerPlace> other) {
        return new Use(node, input, other, layout, label);
    }

    /** Whether a node's input can be given another name. */
    public boolean canBeRenamed() {
        return node >= 0 && input >= 0;
    }
}
