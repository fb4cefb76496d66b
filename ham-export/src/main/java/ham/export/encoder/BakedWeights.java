package ham.export.encoder;

import ham.export.graph.Operators;
import ham.export.graph.Value;
import ham.merge.InputException;
import ham.merge.checkpoint.Checkpoint;
import ham.merge.tensor.Matrix;
import java.util.Optional;

/**
 * The deployed form: every changed tensor is {@code W0 + delta}, summed in float32; same graph and same cost as the base model.
 *
 * <p>An entry whose delta is zero keeps its bits.
 */
final class BakedWeights implements GraphWeights {

    private final Checkpoint base;
    private final WeightChanges changes;

    /** The base's tensors with these changes added. */
    public BakedWeights(Checkpoint base, WeightChanges changes) {
        this.base = base;
        this.changes = changes;
    }

    @Override
    public Value tensor(Operators operators, String name) {
        float[] values = base.floats(name);
        Optional<WeightChange> change = changes.of(name);
        if (change.isPresent()) {
            add(name, values, change.get().delta());
        }
        return operators.graph().initializer(name, base.shape(name), values);
    }

    @Override
    public Value linear(Operators operators, String node, Value x, String weight, String bias) {
        return operators.linear(node, x, tensor(operators, weight), tensor(operators, bias));
    }

    @Override
    public Value linear(Operators operators, String node, Value x, String weight) {
        return operators.linear(node, x, tensor(operators, weight));
    }

    private static void add(String name, float[] values, Matrix delta) {
        for (int i = 0; i < values.length; i++) {
            float change = delta.data()[i];
            if (change != 0) { // -0 + 0 would be +0
                values[i] += change;
            }
            if (!Float.isFinite(values[i])) {
                throw new InputException("Weight " + name + " plus its delta is expected to be finite, found "
                        + values[i] + " at index " + i + "; check the merge's scalars.");
            }
        }
    }
}
