package ham.export.bake.read;

import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/** Tells quantised graphs, whose float weights are lost. */
public final class QuantisedOperators {

    private static final Pattern OPERATOR =
            Pattern.compile(".*(Quantize|QLinear|QAttention|QGemm|MatMulInteger|ConvInteger|NBits|QMoE|Bnb4).*");

    private QuantisedOperators() {}

    /** The operators of quantised graphs that a model uses. */
    public static Set<String> operators(ModelIndex model) {
        Set<String> found = new TreeSet<>();
        for (NodeEntry node : model.nodes()) {
            if (OPERATOR.matcher(node.operator()).matches()) {
                found.add(node.operator());
            }
        }
        return found;
    }
}
