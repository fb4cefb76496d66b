package ham.runtime.model;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoraAdapter;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.RunOptions;
import ham.runtime.backend.OnnxRuntime;
import ham.runtime.tensor.DirectBuffers;
import ham.runtime.tensor.ElementType;
import ham.runtime.tensor.Tensor;
import ham.runtime.tensor.TensorSpec;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.LongStream;

/**
 * Pinned buffers of an {@link AdaptedModel}: one input for all adapters, and outputs for each, whose tasks may differ in their classes. They are
 * made at an adapter's first run. Close it before the model.
 */
public final class AdaptedBound implements Bound {
    private final String model;
    private final OrtSession session;
    private final Function<String, OrtLoraAdapter> adapters;
    private final ByteBuffer input;
    private final FloatBuffer inputFloats;
    private final Map<String, OnnxTensor> given;
    private final Map<String, Active> byName = new HashMap<>();
    private Active active;

    /** An adapter's part of a run. */
    private record Active(
            String name, RunOptions options, Map<String, OnnxTensor> taken, List<Tensor> outputs, FloatBuffer first) {}

    AdaptedBound(
            String model,
            OrtSession session,
            Function<String, OrtLoraAdapter> adapters,
            TensorSpec spec,
            List<Long> shape)
            throws OrtException {
        this.model = model;
        this.session = session;
        this.adapters = adapters;
        this.input = DirectBuffers.of(ElementType.FLOAT32, shape);
        this.inputFloats = input.asFloatBuffer();
        this.given = Map.of(spec.name(), tensor(ElementType.FLOAT32, shape, input));
    }

    private static OnnxTensor tensor(ElementType type, List<Long> shape, ByteBuffer bytes) throws OrtException {
        long[] sizes = shape.stream().mapToLong(Long::longValue).toArray();
        return OnnxTensor.createTensor(OnnxRuntime.environment(), bytes, sizes, type.javaType());
    }

    /**
     * Chooses the adapter of the next runs.
     *
     * @throws ham.runtime.ModelException if it is not loaded, or lacks a tensor of the graph
     */
    public void use(String adapter) {
        if (active == null || !active.name().equals(adapter)) {
            active = byName.get(adapter);
            if (active == null) {
                active = pinned(adapter);
                byName.put(adapter, active);
            }
        }
    }

    private Active pinned(String adapter) {
        OrtLoraAdapter loaded = adapters.apply(adapter);
        Map<String, OnnxTensor> taken = new LinkedHashMap<>();
        RunOptions options = null;
        try {
            options = new RunOptions();
            options.addActiveLoraAdapter(loaded);
            List<Tensor> outputs = new ArrayList<>();
            try (OrtSession.Result result = session.run(given, options)) {
                for (var entry : result) {
                    OnnxTensor found = (OnnxTensor) entry.getValue();
                    ElementType type = ElementType.ofLabel(ElementType.label(found.getInfo()))
                            .orElseThrow();
                    List<Long> shape =
                            LongStream.of(found.getInfo().getShape()).boxed().toList();
                    ByteBuffer bytes = DirectBuffers.of(type, shape);
                    taken.put(entry.getKey(), tensor(type, shape, bytes));
                    outputs.add(new Tensor(type, shape, bytes));
                }
            }
            return new Active(
                    adapter,
                    options,
                    taken,
                    List.copyOf(outputs),
                    outputs.get(0).data().asFloatBuffer());
        } catch (OrtException e) {
            release(options, taken);
            throw OnnxModel.runFailed(model + ", adapter '" + adapter + "'", e);
        } catch (RuntimeException e) {
            release(options, taken);
            throw e;
        }
    }

    private static void release(RunOptions options, Map<String, OnnxTensor> taken) {
        taken.values().forEach(OnnxTensor::close);
        if (options != null) {
            options.close();
        }
    }

    @Override
    public ByteBuffer input() {
        return input;
    }

    @Override
    public FloatBuffer inputFloats() {
        return inputFloats;
    }

    @Override
    public void run() {
        try {
            session.run(given, Set.of(), active().taken(), active().options()).close();
        } catch (OrtException e) {
            throw OnnxModel.runFailed(model + ", adapter '" + active().name() + "'", e);
        }
    }

    @Override
    public FloatBuffer output() {
        return active().first();
    }

    @Override
    public List<Tensor> outputs() {
        return active().outputs();
    }

    private Active active() {
        if (active == null) {
            throw new IllegalStateException(model + ": no adapter was chosen for the run");
        }
        return active;
    }

    @Override
    public void close() {
        given.values().forEach(OnnxTensor::close);
        byName.values().forEach(each -> release(each.options(), each.taken()));
        byName.clear();
        active = null;
    }
}
