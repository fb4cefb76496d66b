package ham.merge.encoder.control;

import ham.merge.checkpoint.Checkpoint;
import ham.merge.encoder.Ops;
import ham.merge.tensor.Matrix;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The forward pass of a checkpoint, with deltas added to its weights or without, in plain Java. */
public final class ControlForward {
    private final Checkpoint base;
    private final Map<String, Matrix> deltas;
    private final Map<String, ControlTensor> read = new HashMap<>();
    private final ControlOps ops = new ControlOps(this::tensor);

    /**
     * Prepares it.
     *
     * @param deltas by the checkpoint's own names of weights, of parts of fused ones, and of biases (matrices of one row)
     */
    public ControlForward(Checkpoint base, Map<String, Matrix> deltas) {
        this.base = base;
        this.deltas = Map.copyOf(deltas);
    }

    private ControlTensor tensor(String name) {
        return read.computeIfAbsent(name, this::read);
    }

    private ControlTensor read(String name) {
        List<Long> shape = base.shape(name);
        float[] values = base.floats(name).clone();
        Matrix delta = deltas.get(name);
        for (int i = 0; delta != null && i < values.length; i++) {
            values[i] += delta.data()[i];
        }
        return ControlTensor.of(
                values, shape.stream().mapToInt(Math::toIntExact).toArray());
    }

    /** The operations on this checkpoint's weights, for parts of a forward pass. */
    public Ops<ControlTensor> ops() {
        return ops;
    }

    /** One of the encoder's outputs. */
    public ControlTensor output(String name, Map<String, ControlTensor> inputs) {
        ControlTensor tokens = base.encoder().tokens(ops, inputs);
        return base.encoder().output(name, ops, inputs, tokens);
    }

    /** What a head reads [n, width]. */
    public ControlTensor feature(Map<String, ControlTensor> inputs) {
        return base.encoder().feature(ops, inputs);
    }
}
