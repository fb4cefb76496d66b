package ham.runtime.tensorrt;

import ham.runtime.ModelException;
import ham.runtime.model.Bound;
import ham.runtime.model.Lifetime;
import ham.runtime.model.Signature;
import ham.runtime.tensor.ElementType;
import ham.runtime.tensor.Tensor;
import ham.runtime.tensor.TensorSpec;
import ham.runtime.tensorrt.binding.Gpu;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;

/** Pinned buffers around a {@link Gpu.Context}, for one thread at a time. */
final class EngineBound implements Bound {
    private final String model;
    private final Gpu.Context context;
    private final Lifetime lifetime;
    private final Runnable whenClosed;
    private final ElementType inputType;
    private final List<Tensor> outputs = new ArrayList<>();
    private final FloatBuffer inputFloats;
    private final FloatBuffer output;
    private boolean closed;

    private EngineBound(
            String model,
            Gpu.Context context,
            Lifetime lifetime,
            Runnable whenClosed,
            ElementType inputType,
            List<TensorSpec> specs) {
        this.model = model;
        this.context = context;
        this.lifetime = lifetime;
        this.whenClosed = whenClosed;
        this.inputType = inputType;
        this.inputFloats = inputType == ElementType.FLOAT32 ? context.input().asFloatBuffer() : null;
        for (int i = 0; i < specs.size(); i++) {
            outputs.add(new Tensor(
                    type(specs.get(i)),
                    context.outputShapes().get(i),
                    context.outputs().get(i)));
        }
        this.output = outputs.get(0).type() == ElementType.FLOAT32
                ? context.outputs().get(0).asFloatBuffer()
                : null;
    }

    /**
     * Takes a context of the engine.
     *
     * @param signature of the model, which takes the shape
     * @param lifetime of the model, without which this does not run
     * @param whenClosed called once, after the context is gone
     */
    static EngineBound of(
            Signature signature, Gpu.Engine engine, List<Long> inputShape, Lifetime lifetime, Runnable whenClosed) {
        TensorSpec input = signature.inputs().get(0);
        List<TensorSpec> outputs = signature.outputs();
        ElementType type = type(input);
        long bytes = inputShape.stream().mapToLong(Long::longValue).reduce(type.bytes(), Math::multiplyExact);
        long[] shape = inputShape.stream().mapToLong(Long::longValue).toArray();
        Gpu.Context context = engine.context(
                input.name(),
                shape,
                bytes,
                outputs.stream()
                        .map(each -> new Gpu.Output(each.name(), type(each).bytes()))
                        .toList());
        try {
            return new EngineBound(signature.model(), context, lifetime, whenClosed, type, outputs);
        } catch (RuntimeException e) {
            context.close();
            throw e;
        }
    }

    private static ElementType type(TensorSpec spec) {
        return ElementType.ofLabel(spec.dtype()).orElseThrow();
    }

    @Override
    public ByteBuffer input() {
        return context.input();
    }

    @Override
    public FloatBuffer inputFloats() {
        if (inputFloats == null) {
            throw new ModelException(model + ": expected a float32 input, found " + inputType.label() + ".");
        }
        return inputFloats;
    }

    @Override
    public void run() {
        if (closed) {
            throw new IllegalStateException(model + ": the buffers of this run were closed");
        }
        lifetime.enter();
        try {
            context.run();
        } finally {
            lifetime.leave();
        }
    }

    @Override
    public FloatBuffer output() {
        if (output == null) {
            throw new ModelException(model + ": expected a float32 first output, found "
                    + outputs.get(0).type().label() + ".");
        }
        return output;
    }

    @Override
    public List<Tensor> outputs() {
        return List.copyOf(outputs);
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            context.close();
            whenClosed.run();
        }
    }
}
