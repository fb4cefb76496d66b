package ham.export.encoder;

import ham.export.graph.GraphBuilder;
import ham.export.graph.Operator;
import ham.export.graph.Operators;
import ham.export.graph.Value;
import ham.export.graph.ValueInfos;
import ham.export.proto.GraphProto;
import ham.export.proto.TensorProto.DataType;
import ham.merge.checkpoint.Checkpoint;
import ham.merge.encoder.Encoder;
import ham.merge.encoder.EncoderInput;
import ham.merge.head.Head;
import java.util.List;
import java.util.Map;

/** What follows the tokens of a text encoder that has no classifier: pooling and a merge's head. */
public final class TokenHead {
    /** Name of the tokens that it reads, float32 [batch, length, width]. */
    public static final String TOKENS = Encoder.TOKENS;

    /** Name of the mask that it reads, int64 [batch, length]. */
    public static final String MASK = EncoderInput.MASK;

    private TokenHead() {}

    /**
     * A graph of its own from tokens and mask to {@code logits}.
     *
     * @param base whose pooling it is
     */
    public static GraphProto build(Checkpoint base, Head head) {
        GraphBuilder graph = new GraphBuilder("head");
        Operators operators = new Operators(graph);
        int width = base.encoder().width();
        Value tokens = graph.input(ValueInfos.of(
                TOKENS,
                DataType.FLOAT,
                List.of(
                        ValueInfos.free(VitGraph.BATCH),
                        ValueInfos.free(EncoderGraph.LENGTH),
                        ValueInfos.fixed(width))));
        Value mask = graph.input(ValueInfos.of(
                MASK, DataType.INT64, List.of(ValueInfos.free(VitGraph.BATCH), ValueInfos.free(EncoderGraph.LENGTH))));
        GraphOps ops = new GraphOps(operators, base, null, tokens);
        ops.section(Encoder.FEATURES);
        GraphValue pooled = base.encoder()
                .feature(
                        ops,
                        Map.of(MASK, GraphValue.whole(mask, GraphValue.INPUTS, GraphValue.TOKENS)),
                        GraphValue.whole(tokens, GraphValue.INPUTS, GraphValue.TOKENS, width));
        Value features =
                operators.unary(Operator.IDENTITY, "features", ops.whole(pooled).value());
        new HeadGraph(graph).add(head, features);
        return graph.build();
    }
}
