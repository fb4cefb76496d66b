package ham.export.encoder;

import ham.export.graph.Operators;
import ham.export.graph.Value;
import ham.merge.adapter.LoraFactors;
import ham.merge.checkpoint.Checkpoint;
import ham.merge.combine.Branch;
import ham.merge.tensor.Matrix;
import java.util.List;
import java.util.Optional;

/**
 * The reference form: the base's tensors untouched, and every change computed beside them.
 *
 * <p>A changed linear layer is {@code x W0^T + b}, plus {@code weight * scaling * (x A^T) B^T} for each adapter branch, or
 * plus {@code x D^T} where only the dense delta D is known. A changed vector (a bias) is a sum in the graph.
 */
final class FactoredWeights implements GraphWeights {

    private final Checkpoint base;
    private final WeightChanges changes;

    /** The base's tensors with these changes beside them. */
    public FactoredWeights(Checkpoint base, WeightChanges changes) {
        this.base = base;
        this.changes = changes;
    }

    @Override
    public Value tensor(Operators operators, String name) {
        Value untouched = untouched(operators, name);
        Optional<WeightChange> change = changes.of(name);
        if (change.isEmpty()) {
            return untouched;
        }
        Value delta = operators
                .graph()
                .initializer(
                        name + ".delta", base.shape(name), change.get().delta().data());
        return operators.add(name + ".sum", untouched, delta);
    }

    @Override
    public Value linear(Operators operators, String node, Value x, String weight, String bias) {
        Value result = operators.linear(node, x, untouched(operators, weight), tensor(operators, bias));
        return withChange(operators, x, weight, result);
    }

    @Override
    public Value linear(Operators operators, String node, Value x, String weight) {
        return withChange(operators, x, weight, operators.linear(node, x, untouched(operators, weight)));
    }

    private Value withChange(Operators operators, Value x, String weight, Value result) {
        Optional<WeightChange> found = changes.of(weight);
        if (found.isEmpty()) {
            return result;
        }
        WeightChange change = found.get();
        if (change.branches().isEmpty()) {
            return operators.linear(
                    weight + ".with_delta", x, matrix(operators, weight + ".delta", change.delta()), result);
        }
        Value sum = result;
        for (int i = 0; i < change.branches().size(); i++) {
            Branch branch = change.branches().get(i);
            LoraFactors factors = branch.factors();
            String name = weight + ".branch." + i;
            Value down = operators.linear(name + ".down", x, matrix(operators, name + ".a", factors.a()));
            double scale = branch.weight() * factors.scaling();
            sum = operators.linear(name, down, matrix(operators, name + ".b", factors.b()), sum, scale);
        }
        return sum;
    }

    private Value untouched(Operators operators, String name) {
        return operators.graph().initializer(name, base.shape(name), base.floats(name));
    }

    private static Value matrix(Operators operators, String name, Matrix matrix) {
        return operators
                .graph()
                .initializer(name, List.of((long) matrix.rows(), (long) matrix.columns()), matrix.data());
    }
}
