package ham.serve;

import ham.runtime.model.BatchLimits;
import ham.runtime.model.Bound;
import ham.runtime.model.Model;
import ham.runtime.onnx.Ending;
import ham.runtime.tensor.Tensor;
import ham.runtime.tensor.TensorSpec;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/** A model of x [batch, 2] to y = 2 x, of which every run waits for a permit, if it is told to. */
final class FakeModel implements Model {
    final Semaphore permits = new Semaphore(0);
    final AtomicInteger runs = new AtomicInteger();
    final AtomicBoolean closed = new AtomicBoolean();
    /** Which ran it last. */
    volatile String thread = "";

    private volatile boolean waits;
    private volatile long millis;
    private volatile Supplier<? extends Error> error;

    /** Runs take that long from now on. */
    FakeModel takes(long value) {
        millis = value;
        return this;
    }

    /** Runs die of an error from now on, or no more. */
    FakeModel dies(Supplier<? extends Error> value) {
        error = value;
        return this;
    }

    /** Runs wait from now on, or no more. */
    FakeModel waits(boolean value) {
        waits = value;
        if (!value) {
            permits.release(1_000_000);
        }
        return this;
    }

    @Override
    public String name() {
        return "/secret/path/fake.onnx";
    }

    @Override
    public List<TensorSpec> inputs() {
        return List.of(new TensorSpec("x", "float32", List.of(-1L, 2L), List.of("batch", "")));
    }

    @Override
    public List<TensorSpec> outputs() {
        return List.of(new TensorSpec("y", "float32", List.of(-1L, 2L), List.of("batch", "")));
    }

    @Override
    public Map<String, String> metadata() {
        return Map.of();
    }

    @Override
    public Ending ending(String output) {
        return Ending.NONE;
    }

    @Override
    public BatchLimits batchLimits() {
        return BatchLimits.of(inputs().get(0));
    }

    @Override
    public String provider() {
        return "fake";
    }

    @Override
    public Map<String, Tensor> run(Map<String, Tensor> inputs) {
        runs.incrementAndGet();
        thread = Thread.currentThread().getName();
        LockSupport.parkNanos(millis * 1_000_000);
        if (waits) {
            permits.acquireUninterruptibly();
        }
        Supplier<? extends Error> fatal = error;
        if (fatal != null) {
            throw fatal.get();
        }
        Tensor x = inputs.get("x");
        float[] values = x.floats();
        for (int i = 0; i < values.length; i++) {
            if (values[i] == -999) {
                throw new IllegalStateException("spoilt by " + name());
            }
            values[i] *= 2;
        }
        return Map.of("y", Tensor.of(values, x.shape().get(0), 2));
    }

    @Override
    public Bound bind(long... inputShape) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void close() {
        closed.set(true);
    }
}
