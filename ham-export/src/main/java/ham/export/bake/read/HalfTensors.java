package ham.export.bake.read;

import ham.runtime.tensor.ElementType;
import ham.runtime.tensor.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/** Tensors of float16 from float32 values. */
public final class HalfTensors {

    private HalfTensors() {}

    /** Values rounded to float16. */
    public static Tensor of(float[] values, long... shape) {
        ByteBuffer bytes =
                ByteBuffer.allocateDirect(values.length * Short.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < values.length; i++) {
            ElementFormat.FLOAT16.encode(values[i], bytes, i);
        }
        return new Tensor(ElementType.FLOAT16, Arrays.stream(shape).boxed().toList(), bytes);
    }
}
