package ham.export.encoder;

import ham.export.graph.GraphBuilder;
import ham.export.graph.Operators;
import ham.export.graph.Value;
import ham.export.graph.ValueInfos;
import ham.merge.checkpoint.VitNames;
import ham.merge.head.AnalyticHead;
import ham.merge.head.Head;
import ham.merge.head.LinearHead;
import ham.merge.head.PrototypeHead;
import ham.merge.tensor.Matrix;
import java.util.List;

/** Writes a classifier behind the features: features [batch, d] to the graph output {@code logits} [batch, classes]. */
public final class HeadGraph {

    /** Smaller norms count as this, so that a zero vector is divided by something: its cosine is 0. */
    private static final double LEAST_NORM = 1e-12;

    private final GraphBuilder graph;
    private final Operators operators;
    private final Parameters parameters;

    /** Where the numbers of a merge's head come from. */
    @FunctionalInterface
    interface Parameters {
        /** A tensor {@code head.*} of the graph, row-major. */
        Value get(String name, List<Long> shape, float[] values);
    }

    /** Heads that are added to this graph, with their numbers as constants. */
    public HeadGraph(GraphBuilder graph) {
        this(graph, graph::initializer);
    }

    HeadGraph(GraphBuilder graph, Parameters parameters) {
        this.graph = graph;
        this.operators = new Operators(graph);
        this.parameters = parameters;
    }

    /**
     * The checkpoint's own linear classifier.
     *
     * @param tokens what it reads [batch, d]; two where each has a classifier of its own, whose logits are averaged
     */
    public void addOwn(GraphWeights weights, VitNames names, List<Value> tokens, int classes) {
        if (tokens.size() == 1) {
            output(own(weights, VitGraph.OUTPUT, tokens.get(0), names.classifier()), classes);
            return;
        }
        Value first = own(weights, "logits.class", tokens.get(0), names.classifier());
        Value second = own(weights, "logits.distillation", tokens.get(1), names.distillationClassifier());
        Value sum = operators.add("logits.sum", first, second);
        output(operators.multiply(VitGraph.OUTPUT, sum, operators.scalar("logits.half", 0.5)), classes);
    }

    Value own(GraphWeights weights, String node, Value features, String module) {
        return weights.linear(operators, node, features, module + ".weight", module + ".bias");
    }

    /** A head that came with the merge; its initializers are called {@code head.*}. */
    public void add(Head head, Value features) {
        Value logits;
        if (head instanceof LinearHead linear) {
            Value bias = parameters.get("head.bias", List.of((long) linear.bias().length), linear.bias());
            logits = operators.linear(VitGraph.OUTPUT, features, matrix("head.weight", linear.weight()), bias);
        } else if (head instanceof PrototypeHead prototype) {
            Value norm = operators.reduceL2("features.norm", features);
            Value safeNorm = operators.max("features.safe_norm", norm, operators.scalar("head.least_norm", LEAST_NORM));
            Value unit = operators.divide("features.unit", features, safeNorm);
            logits = operators.linear(VitGraph.OUTPUT, unit, matrix("head.weight", prototype.unitWeight()));
        } else if (head instanceof AnalyticHead analytic) {
            Value projection = matrix("head.projection", analytic.projection().matrix());
            Value hidden = operators.relu("features.hidden", operators.matMul("features.random", features, projection));
            logits = operators.linear(VitGraph.OUTPUT, hidden, matrix("head.weight", analytic.weight()));
        } else {
            throw new IllegalArgumentException("unknown head " + head.kind());
        }
        output(logits, head.classes());
    }

    void output(Value logits, int classes) {
        graph.output(ValueInfos.floats(logits.name(), VitGraph.BATCH, classes));
    }

    private Value matrix(String name, Matrix matrix) {
        return parameters.get(name, List.of((long) matrix.rows(), (long) matrix.columns()), matrix.data());
    }
}
