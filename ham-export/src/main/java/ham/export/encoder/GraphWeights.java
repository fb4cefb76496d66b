package ham.export.encoder;

import ham.export.graph.Operators;
import ham.export.graph.Value;

/**
 * Where a {@link VitGraph} takes its parameters from, and how a linear layer that an adapter may have changed is written.
 *
 * <p>Names are the checkpoint's own; every initializer is float32 and bears the name of the tensor it comes from.
 */
interface GraphWeights {

    /** A parameter in its own shape. */
    Value tensor(Operators operators, String name);

    /**
     * {@code x W^T + b}.
     *
     * @param node wished name of the result
     * @param x [n, in]
     * @param weight name of W [out, in]
     * @param bias name of b [out]
     * @return [n, out]
     */
    Value linear(Operators operators, String node, Value x, String weight, String bias);

    /** {@code x W^T}; see {@link #linear(Operators, String, Value, String, String)}. */
    Value linear(Operators operators, String node, Value x, String weight);
}
