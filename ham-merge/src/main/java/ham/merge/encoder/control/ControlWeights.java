package ham.merge.encoder.control;

/** Where a control forward pass takes tensors from. */
@FunctionalInterface
public interface ControlWeights {
    /** The tensor of that name in its own shape. */
    ControlTensor get(String name);
}
