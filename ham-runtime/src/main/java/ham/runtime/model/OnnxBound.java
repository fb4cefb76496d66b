package ham.runtime.model;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ham.runtime.ModelException;
import ham.runtime.backend.OnnxRuntime;
import ham.runtime.tensor.DirectBuffers;
import ham.runtime.tensor.ElementType;
import ham.runtime.tensor.Tensor;
import ham.runtime.tensor.TensorSpec;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;

/** An ONNX Runtime session whose input and outputs are tensors on direct buffers, made once and used at every run. */
final class OnnxBound implements Bound {
    private final String model;
    private final OrtSession session;
    private final Lifetime lifetime;
    private final ByteBuffer input;
    private final Map<String, OnnxTensor> given;
    private final Map<String, OnnxTensor> taken = new LinkedHashMap<>();
    private List<Tensor> outputs = List.of();
    private final FloatBuffer inputFloats;
    private FloatBuffer output;
    private boolean closed;

    private OnnxBound(String model, OrtSession session, Lifetime lifetime, TensorSpec spec, List<Long> shape)
            throws OrtException {
        this.model = model;
        this.session = session;
        this.lifetime = lifetime;
        ElementType type = ElementType.ofLabel(spec.dtype()).orElseThrow();
        this.input = DirectBuffers.of(type, shape);
        this.inputFloats = type == ElementType.FLOAT32 ? input.asFloatBuffer() : null;
        this.given = Map.of(spec.name(), tensor(type, shape, input));
    }

    /** Checks the shape and makes the buffers; runs the model once where the graph does not tell the shape of an output. */
    static OnnxBound of(OrtSession session, Signature signature, Lifetime lifetime, long[] inputShape) {
        List<Long> shape = LongStream.of(inputShape).boxed().toList();
        signature.checkLone(List.of(ElementType.FLOAT32, ElementType.FLOAT16, ElementType.UINT8), shape);
        signature.checkOutputs();
        lifetime.enter();
        try {
            OnnxBound bound = new OnnxBound(
                    signature.model(), session, lifetime, signature.inputs().get(0), shape);
            try {
                bound.pin(signature, shape);
                return bound;
            } catch (OrtException | RuntimeException e) {
                bound.close();
                throw e;
            }
        } catch (OrtException e) {
            throw OnnxModel.runFailed(signature.model(), e);
        } finally {
            lifetime.leave();
        }
    }

    private void pin(Signature signature, List<Long> inputShape) throws OrtException {
        List<List<Long>> shapes = signature.outputShapes(inputShape).orElse(null);
        if (shapes == null) {
            shapes = new ArrayList<>();
            try (OrtSession.Result result = session.run(given)) {
                for (TensorSpec spec : signature.outputs()) {
                    OnnxTensor found = (OnnxTensor) result.get(spec.name()).orElseThrow();
                    shapes.add(LongStream.of(found.getInfo().getShape()).boxed().toList());
                }
            }
        }
        List<Tensor> views = new ArrayList<>();
        for (int i = 0; i < shapes.size(); i++) {
            TensorSpec spec = signature.outputs().get(i);
            ElementType type = ElementType.ofLabel(spec.dtype()).orElseThrow();
            ByteBuffer bytes = DirectBuffers.of(type, shapes.get(i));
            taken.put(spec.name(), tensor(type, shapes.get(i), bytes));
            views.add(new Tensor(type, shapes.get(i), bytes));
            if (i == 0 && type == ElementType.FLOAT32) {
                output = bytes.asFloatBuffer();
            }
        }
        outputs = List.copyOf(views);
    }

    private static OnnxTensor tensor(ElementType type, List<Long> shape, ByteBuffer bytes) throws OrtException {
        long[] sizes = shape.stream().mapToLong(Long::longValue).toArray();
        return OnnxTensor.createTensor(OnnxRuntime.environment(), bytes, sizes, type.javaType());
    }

    @Override
    public ByteBuffer input() {
        return input;
    }

    @Override
    public FloatBuffer inputFloats() {
        return requireFloats(inputFloats, "input");
    }

    @Override
    public void run() {
        if (closed) {
            throw new IllegalStateException(model + ": the buffers of this run were closed");
        }
        lifetime.enter();
        try {
            session.run(given, taken).close();
        } catch (OrtException e) {
            throw OnnxModel.runFailed(model, e);
        } finally {
            lifetime.leave();
        }
    }

    @Override
    public FloatBuffer output() {
        return requireFloats(output, "first output");
    }

    private FloatBuffer requireFloats(FloatBuffer floats, String what) {
        if (floats == null) {
            throw new ModelException(model + ": expected a float32 " + what + ", found another type.");
        }
        return floats;
    }

    @Override
    public List<Tensor> outputs() {
        return outputs;
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            given.values().forEach(OnnxTensor::close);
            taken.values().forEach(OnnxTensor::close);
        }
    }
}
