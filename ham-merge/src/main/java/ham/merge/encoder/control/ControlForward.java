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
    private final Map<String, Numbers> read = new HashMap<>();
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

    private Numbers tensor(String name) {
        return read.computeIfAbsent(name, this::read);
    }

    private Numbers read(String name) {
        List<Long> shape = base.shape(name);
        float[] values = base.floats(name).clone();
        Matrix delta = deltas.get(name);
        for (int i = 0; delta != null && i < values.length; i++) {
            values[i] += delta.data()[i];
        }
        return Numbers.of(values, shape.stream().mapToInt(Math::toIntExact).toArray());
    }

    /** The operations on this checkpoint's weights, for parts of a forward pass. */
    public Ops<Numbers> ops() {
        return ops;
    }

    /** One of the encoder's outputs. */
    public Numbers output(String name, Map<String, Numbers> inputs) {
        Numbers tokens = base.encoder().tokens(ops, inputs);
        return base.encoder().output(name, ops, inputs, tokens);
    }

    /** What a head reads [n, width]. */
    public Numbers feature(Map<String, Numbers> inputs) {
        return base.encoder().feature(ops, inputs, base.encoder().tokens(ops, inputs));
    }
}
