package ham.export.encoder;

import ham.export.graph.GraphBuilder;
import ham.export.graph.Operator;
import ham.export.graph.Operators;
import ham.export.graph.Value;
import ham.export.graph.ValueInfos;
import ham.export.proto.TensorProto.DataType;
import ham.export.proto.TensorShapeProto.Dimension;
import ham.merge.checkpoint.Checkpoint;
import ham.merge.encoder.Encoder;
import ham.merge.encoder.EncoderInput;
import ham.merge.encoder.Part;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The graph of any encoder, written from its description. */
final class EncoderGraph implements ModelGraph {
    /** Name of the dimension that counts the tokens of a text. */
    static final String LENGTH = "length";

    private static final String FEATURE = "features";
    private static final int FREE_INPUTS = GraphValue.INPUTS;

    private final GraphBuilder graph;
    private final Operators operators;
    private final Encoder encoder;
    private final GraphWeights weights;
    private final Map<String, GraphValue> inputs = new LinkedHashMap<>();
    private final GraphOps ops;

    EncoderGraph(GraphBuilder graph, Checkpoint base, GraphWeights weights) {
        this.graph = graph;
        operators = new Operators(graph);
        encoder = base.encoder();
        this.weights = weights;
        if (encoder.input() instanceof EncoderInput.Images images) {
            Value pixels = graph.input(ValueInfos.floats(
                    EncoderInput.PIXELS, VitGraph.BATCH, images.channels(), images.side(), images.side()));
            inputs.put(
                    EncoderInput.PIXELS,
                    GraphValue.whole(pixels, FREE_INPUTS, images.channels(), images.side(), images.side()));
        } else {
            text(EncoderInput.IDS);
            text(EncoderInput.MASK);
        }
        ops = new GraphOps(
                operators, base, weights, inputs.values().iterator().next().value());
    }

    private void text(String name) {
        Value numbers = graph.input(
                ValueInfos.of(name, DataType.INT64, List.of(ValueInfos.free(VitGraph.BATCH), ValueInfos.free(LENGTH))));
        inputs.put(name, GraphValue.whole(numbers, FREE_INPUTS, GraphValue.TOKENS));
    }

    @Override
    public Value feature() {
        GraphValue feature = ops.whole(encoder.feature(ops, inputs));
        return operators.unary(Operator.IDENTITY, FEATURE, feature.value());
    }

    @Override
    public void addOwn(HeadGraph heads, int classes) {
        if (hasTwoClassifiers()) {
            GraphValue tokens = encoder.tokens(ops, inputs);
            ops.section(Encoder.FEATURES);
            GraphValue logits = encoder.output(Encoder.LOGITS, ops, inputs, tokens);
            heads.output(operators.unary(Operator.IDENTITY, Encoder.LOGITS, logits.value()), classes);
            return;
        }
        heads.output(heads.own(weights, Encoder.LOGITS, feature(), encoder.classifier()), classes);
    }

    /** As DeiT has, whose logits are averaged. */
    private boolean hasTwoClassifiers() {
        return encoder.names().has(Part.DISTILLATION_CLASSIFIER)
                && encoder.shapes().containsKey(encoder.names().name(Part.DISTILLATION_CLASSIFIER) + ".weight");
    }

    @Override
    public void addOutputs() {
        GraphValue tokens = encoder.tokens(ops, inputs);
        ops.section(Encoder.FEATURES);
        for (String name : encoder.outputs()) {
            output(name, encoder.output(name, ops, inputs, tokens));
        }
    }

    private void output(String name, GraphValue value) {
        GraphValue whole = ops.whole(value);
        Value named = operators.unary(Operator.IDENTITY, name, whole.value());
        List<Dimension> sizes = new ArrayList<>();
        for (int size : whole.sizes()) {
            sizes.add(
                    size == FREE_INPUTS
                            ? ValueInfos.free(VitGraph.BATCH)
                            : size == GraphValue.TOKENS ? ValueInfos.free(LENGTH) : ValueInfos.fixed(size));
        }
        graph.output(ValueInfos.of(named.name(), DataType.FLOAT, sizes));
    }
}
