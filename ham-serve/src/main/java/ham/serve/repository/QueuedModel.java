package ham.serve.repository;

import ham.runtime.model.BatchLimits;
import ham.runtime.model.Bound;
import ham.runtime.model.Model;
import ham.runtime.onnx.Ending;
import ham.runtime.tensor.DirectBuffers;
import ham.runtime.tensor.ElementType;
import ham.runtime.tensor.Tensor;
import ham.runtime.tensor.TensorSpec;
import ham.serve.batch.Completion;
import ham.serve.batch.Outcome;
import ham.serve.protocol.Deadline;
import ham.serve.protocol.InferRequest;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.stream.LongStream;

/**
 * A model in service as a library sees one: its runs wait in the queue with all other requests. The deadline of a run is that of its thread.
 */
final class QueuedModel implements Model {
    private static final ThreadLocal<Deadline> DEADLINE = ThreadLocal.withInitial(() -> Deadline.NONE);
    private static final ThreadLocal<Outcome> LAST = new ThreadLocal<>();

    private final LoadedModel model;
    private final Optional<String> adapter;

    QueuedModel(LoadedModel model, Optional<String> adapter) {
        this.model = model;
        this.adapter = adapter;
    }

    /** Until when runs of this thread may take. */
    static void deadline(Deadline deadline) {
        DEADLINE.set(deadline);
        LAST.remove();
    }

    /** How the last run of this thread went. */
    static Optional<Outcome> last() {
        return Optional.ofNullable(LAST.get());
    }

    @Override
    public String name() {
        return model.name();
    }

    @Override
    public List<TensorSpec> inputs() {
        return model.engine().inputs();
    }

    @Override
    public List<TensorSpec> outputs() {
        return model.engine().outputs();
    }

    @Override
    public Map<String, String> metadata() {
        return model.engine().metadata();
    }

    @Override
    public Ending ending(String output) {
        return model.ending(output);
    }

    @Override
    public BatchLimits batchLimits() {
        return model.engine().batchLimits();
    }

    @Override
    public String provider() {
        return model.engine().provider();
    }

    @Override
    public Map<String, Tensor> run(Map<String, Tensor> inputs) {
        CompletableFuture<Outcome> future = new CompletableFuture<>();
        Completion completion = new Completion() {
            @Override
            public void answered(Outcome outcome, boolean alone) {
                future.complete(outcome);
            }

            @Override
            public void failed(Throwable failure) {
                future.completeExceptionally(failure);
            }
        };
        if (model.submit(new InferRequest(inputs, adapter, DEADLINE.get()), completion, Long.MAX_VALUE)
                .isEmpty()) {
            throw new RetiredException();
        }
        try {
            Outcome outcome = future.get();
            LAST.set(outcome);
            return outcome.outputs();
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException failure ? failure : new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    @Override
    public Bound bind(long... inputShape) {
        return new QueuedBound(inputShape);
    }

    @Override
    public void close() {
        // The engine belongs to the queue.
    }

    /** The model was replaced between the choice of it and the run: the newer one takes the request. */
    static final class RetiredException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        RetiredException() {
            super(null, null, false, false);
        }
    }

    /** An input of one shape; the outputs are new at every run. */
    private final class QueuedBound implements Bound {
        private final TensorSpec spec = inputs().get(0);
        private final ElementType type = ElementType.ofLabel(spec.dtype()).orElseThrow();
        private final List<Long> shape;
        private ByteBuffer input;
        private List<Tensor> outputs = List.of();

        QueuedBound(long[] shape) {
            this.shape = LongStream.of(shape).boxed().toList();
            this.input = DirectBuffers.of(type, this.shape);
        }

        @Override
        public ByteBuffer input() {
            return input;
        }

        @Override
        public FloatBuffer inputFloats() {
            return input.duplicate().clear().order(input.order()).asFloatBuffer();
        }

        @Override
        public void run() {
            boolean done = false;
            try {
                outputs = List.copyOf(QueuedModel.this
                        .run(Map.of(
                                spec.name(),
                                new Tensor(type, shape, input.duplicate().clear())))
                        .values());
                done = true;
            } finally {
                if (!done) {
                    // A run that nobody waits for any more may still read it.
                    input = DirectBuffers.of(type, shape);
                }
            }
        }

        @Override
        public FloatBuffer output() {
            return outputs.get(0).data().asFloatBuffer();
        }

        @Override
        public List<Tensor> outputs() {
            return outputs;
        }

        @Override
        public void close() {
            // Its buffers are the collector's.
        }
    }
}
