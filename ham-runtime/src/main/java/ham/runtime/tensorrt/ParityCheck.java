package ham.runtime.tensorrt;

import ham.runtime.ModelException;
import ham.runtime.model.Lifetime;
import ham.runtime.model.Model;
import ham.runtime.model.Signature;
import ham.runtime.tensor.ElementType;
import ham.runtime.tensor.Tensor;
import ham.runtime.tensor.TensorSpec;
import ham.runtime.tensorrt.binding.Gpu;
import ham.runtime.tensorrt.engine.BatchRange;
import ham.runtime.tensorrt.engine.EngineParity;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.LongStream;

/** Runs an engine and ONNX Runtime on the same inputs, at every batch size that the engine was tuned for or is bounded by. */
final class ParityCheck {
    private static final long SEED = 42;

    private ParityCheck() {}

    /**
     * Compares the first outputs.
     *
     * @param relative tolerance as a fraction of the range of the reference
     * @throws ModelException if they differ by more
     */
    static EngineParity run(Model reference, Gpu.Engine engine, BatchRange batch, double relative) {
        List<float[]> expected = new ArrayList<>();
        List<float[]> found = new ArrayList<>();
        TensorSpec input = reference.inputs().get(0);
        int rows = 0;
        for (int size : batch.sizes()) {
            long[] shape = BatchRange.shape(input, size);
            Tensor values = noise(input, shape);
            expected.add(reference
                    .run(Map.of(input.name(), values))
                    .get(reference.outputs().get(0).name())
                    .floats());
            found.add(run(engine, reference, values));
            rows += size;
        }
        EngineParity parity = EngineParity.of(joined(expected), joined(found), rows, relative);
        if (!parity.passed()) {
            throw new ModelException(reference.name()
                    + ": expected an engine that gives what ONNX Runtime gives on the CPU, within "
                    + parity.tolerance() + ", found a difference of " + parity.maxAbs() + " and the same best class in "
                    + Math.round(100 * parity.top1()) + " % of " + rows
                    + " rows; it was not saved, build it with a higher precision.");
        }
        return parity;
    }

    private static float[] run(Gpu.Engine engine, Model reference, Tensor values) {
        Signature signature = new Signature(reference.name(), reference.inputs(), reference.outputs());
        try (EngineBound bound =
                EngineBound.of(signature, engine, values.shape(), new Lifetime(reference.name()), () -> {})) {
            bound.input().put(values.data());
            bound.run();
            return bound.outputs().get(0).floats();
        }
    }

    /** Normally distributed like normalised pixels, or any bytes. */
    private static Tensor noise(TensorSpec input, long[] shape) {
        ElementType type = ElementType.ofLabel(input.dtype()).orElseThrow();
        int elements = Math.toIntExact(LongStream.of(shape).reduce(1, Math::multiplyExact));
        ByteBuffer data = ByteBuffer.allocateDirect(Math.multiplyExact(elements, type.bytes()))
                .order(ByteOrder.nativeOrder());
        Random random = new Random(SEED);
        for (int i = 0; i < elements; i++) {
            if (type == ElementType.FLOAT32) {
                data.putFloat((float) random.nextGaussian());
            } else {
                data.put((byte) random.nextInt());
            }
        }
        return new Tensor(type, LongStream.of(shape).boxed().toList(), data.flip());
    }

    private static float[] joined(List<float[]> parts) {
        int length = parts.stream().mapToInt(part -> part.length).sum();
        float[] all = new float[length];
        int at = 0;
        for (float[] part : parts) {
            System.arraycopy(part, 0, all, at, part.length);
            at += part.length;
        }
        return all;
    }
}
