package ham.runtime.tensorrt;

import ham.runtime.ModelException;
import ham.runtime.model.BatchLimits;
import ham.runtime.model.Bound;
import ham.runtime.model.BoundPool;
import ham.runtime.model.Lifetime;
import ham.runtime.model.Model;
import ham.runtime.model.Signature;
import ham.runtime.onnx.Ending;
import ham.runtime.tensor.ElementType;
import ham.runtime.tensor.Tensor;
import ham.runtime.tensor.TensorSpec;
import ham.runtime.tensorrt.binding.Gpu;
import ham.runtime.tensorrt.engine.BatchRange;
import ham.runtime.tensorrt.engine.EngineRecord;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/**
 * An engine that runs. Each run has a context of its own, so threads do not wait for each other. The engine goes when the model and every {@link Bound} were closed, whichever comes last, and its library after it.
 */
final class TensorRtModel implements Model {
    private final Signature signature;
    private final EngineRecord engineRecord;
    private final Gpu library;
    private final Gpu.Engine engine;
    private final BatchRange batch;
    private final Lifetime lifetime;
    private final BoundPool pool = new BoundPool(this);
    private int users = 1;

    private TensorRtModel(String name, EngineRecord engineRecord, Gpu library, Gpu.Engine engine) {
        this.signature = new Signature(name, engineRecord.inputs(), engineRecord.outputs());
        this.engineRecord = engineRecord;
        this.library = library;
        this.engine = engine;
        this.batch = BatchRange.of(engineRecord.key().batch());
        this.lifetime = new Lifetime(name);
    }

    /** Takes over library and engine, which it closes; the engine also when it is refused. */
    static TensorRtModel of(String name, EngineRecord engineRecord, Gpu library, Gpu.Engine engine) {
        try {
            for (TensorSpec spec : concat(engineRecord.inputs(), engineRecord.outputs())) {
                if (!engine.names().contains(spec.name())) {
                    throw new ModelException(name + ": expected an engine with " + spec.name()
                            + " as its record says, found " + engine.names() + "; build the engine anew.");
                }
            }
            return new TensorRtModel(name, engineRecord, library, engine);
        } catch (RuntimeException e) {
            engine.close();
            throw e;
        }
    }

    private static List<TensorSpec> concat(List<TensorSpec> first, List<TensorSpec> second) {
        return Stream.concat(first.stream(), second.stream()).toList();
    }

    @Override
    public String name() {
        return signature.model();
    }

    @Override
    public List<TensorSpec> inputs() {
        return signature.inputs();
    }

    @Override
    public List<TensorSpec> outputs() {
        return signature.outputs();
    }

    @Override
    public Map<String, String> metadata() {
        return engineRecord.metadata();
    }

    @Override
    public Ending ending(String output) {
        return engineRecord.ending();
    }

    @Override
    public String provider() {
        return "TensorRT " + engineRecord.key().tensorRt();
    }

    @Override
    public BatchLimits batchLimits() {
        return new BatchLimits(batch.min(), batch.max());
    }

    @Override
    public Map<String, Tensor> run(Map<String, Tensor> inputs) {
        signature.checkInputs(inputs);
        Tensor given = inputs.get(inputs().get(0).name());
        BoundPool.Shaped taken =
                pool.take(given.shape().stream().mapToLong(Long::longValue).toArray());
        try {
            taken.bound().input().clear().put(given.data());
            taken.bound().run();
        } catch (RuntimeException e) {
            taken.bound().close();
            throw e;
        }
        Map<String, Tensor> outputs = new LinkedHashMap<>();
        for (int i = 0; i < outputs().size(); i++) {
            outputs.put(outputs().get(i).name(), copy(taken.bound().outputs().get(i)));
        }
        pool.give(taken);
        return outputs;
    }

    @Override
    public Bound bind(long... inputShape) {
        List<Long> shape = LongStream.of(inputShape).boxed().toList();
        signature.checkLone(List.of(ElementType.FLOAT32, ElementType.UINT8), shape);
        requireBatch(shape);
        lifetime.enter();
        try {
            EngineBound bound = EngineBound.of(signature, engine, shape, lifetime, this::leaveUser);
            enterUser();
            return bound;
        } finally {
            lifetime.leave();
        }
    }

    private void requireBatch(List<Long> shape) {
        long rows = shape.get(0);
        if (rows < batch.min() || rows > batch.max()) {
            throw new ModelException(name() + ": expected a batch from " + batch.min() + " to " + batch.max()
                    + " as the engine was built for, found " + rows + ".");
        }
    }

    private static Tensor copy(Tensor tensor) {
        ByteBuffer data = tensor.data();
        ByteBuffer bytes = ByteBuffer.allocateDirect(data.remaining()).order(ByteOrder.LITTLE_ENDIAN);
        return new Tensor(tensor.type(), tensor.shape(), bytes.put(data).flip());
    }

    @Override
    public void close() {
        lifetime.close(() -> {
            pool.close();
            leaveUser();
        });
    }

    private synchronized void enterUser() {
        users++;
    }

    private synchronized void leaveUser() {
        users--;
        if (users == 0) {
            engine.close();
            library.close();
        }
    }
}
