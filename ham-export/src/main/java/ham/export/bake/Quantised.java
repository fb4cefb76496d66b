package ham.export.bake;

import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/** Tells quantised graphs, whose float weights are lost. */
final class Quantised {

    private static final Pattern OPERATOR =
            Pattern.compile(".*(Quantize|QLinear|QAttention|QGemm|MatMulInteger|ConvInteger|NBits|QMoE|Bnb4).*");

    private Quantised() {}

    /** The operators of quantised graphs that a model uses. */
    static Set<String> operators(ModelIndex model) {
        Set<String> found = new TreeSet<>();
        for (NodeEntry node : model.nodes()) {
            if (OPERATOR.matcher(node.operator()).matches()) {
                found.add(node.operator());
            }
        }
        return found;
    }
}
