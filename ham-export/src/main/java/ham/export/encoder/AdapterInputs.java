package ham.export.encoder;

import ham.export.graph.Operators;
import ham.export.graph.Value;
import ham.export.graph.ValueInfos;
import ham.export.proto.TensorProto.DataType;
import ham.export.proto.ValueInfoProto;
import ham.merge.checkpoint.Checkpoint;
import java.util.List;
import java.util.Set;

/**
 * The form whose adapter is chosen at run time: the base's tensors untouched, and beside every adapted layer {@code (x A^T) B^T} with A [r, in]
 * and B [out, r] as graph inputs of free rank; beside every changed bias its delta [out] as an input.
 *
 * <p>The inputs have no defaults, so that an adapter that lacks one of them is refused by ONNX Runtime instead of served as the base.
 */
final class AdapterInputs implements GraphWeights {
    static final String A = ".lora_A";
    static final String B = ".lora_B";
    static final String DELTA = ".delta";

    private final Checkpoint base;
    private final Set<String> adapted;

    /** The base's tensors; {@code adapted} names the weights and biases that some adapter changes. */
    AdapterInputs(Checkpoint base, Set<String> adapted) {
        this.base = base;
        this.adapted = adapted;
    }

    @Override
    public Value tensor(Operators operators, String name) {
        Value untouched = untouched(operators, name);
        if (!adapted.contains(name)) {
            return untouched;
        }
        ValueInfoProto delta = ValueInfos.of(
                name + DELTA,
                DataType.FLOAT,
                base.shape(name).stream().map(ValueInfos::fixed).toList());
        return operators.add(name + ".sum", untouched, operators.graph().input(delta));
    }

    @Override
    public Value linear(Operators operators, String node, Value x, String weight, String bias) {
        Value result = operators.linear(node, x, untouched(operators, weight), tensor(operators, bias));
        return withAdapter(operators, x, weight, result);
    }

    @Override
    public Value linear(Operators operators, String node, Value x, String weight) {
        return withAdapter(operators, x, weight, operators.linear(node, x, untouched(operators, weight)));
    }

    private Value withAdapter(Operators operators, Value x, String weight, Value result) {
        if (!adapted.contains(weight)) {
            return result;
        }
        String rank = "rank of " + weight;
        List<Long> shape = base.shape(weight);
        Value a = operators
                .graph()
                .input(ValueInfos.of(
                        weight + A, DataType.FLOAT, List.of(ValueInfos.free(rank), ValueInfos.fixed(shape.get(1)))));
        Value b = operators
                .graph()
                .input(ValueInfos.of(
                        weight + B, DataType.FLOAT, List.of(ValueInfos.fixed(shape.get(0)), ValueInfos.free(rank))));
        Value down = operators.linear(weight + ".down", x, a);
        return operators.linear(weight + ".adapted", down, b, result);
    }

    private Value untouched(Operators operators, String name) {
        return operators.graph().initializer(name, base.shape(name), base.floats(name));
    }
}
