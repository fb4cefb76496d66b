package ham.train.engine;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ham.runtime.tensor.Tensor;
import java.util.List;
import java.util.Map;

/** Tensors of the runtime as arrays of the engine. */
public final class TensorArrays {
    private TensorArrays() {}

    /** An array on a tensor's own memory where that is direct and the engine works there, else a copy. */
    public static NDArray of(NDManager manager, Tensor tensor) {
        DataType type =
                switch (tensor.type()) {
                    case FLOAT32 -> DataType.FLOAT32;
                    case INT64 -> DataType.INT64;
                    default -> throw new IllegalArgumentException("no array of " + tensor.type());
                };
        return manager.create(
                tensor.data(),
                new Shape(tensor.shape().stream().mapToLong(each -> each).toArray()),
                type);
    }

    /** Arrays of named tensors, in this order. */
    public static List<NDArray> of(NDManager manager, List<String> names, Map<String, Tensor> tensors) {
        return names.stream().map(name -> of(manager, tensors.get(name))).toList();
    }
}
