package ham.serve.repository;

import ham.runtime.ModelException;
import ham.runtime.classify.Classifier;
import ham.runtime.classify.Labels;
import ham.runtime.classify.Supplement;
import ham.runtime.model.Signature;
import ham.runtime.onnx.Ending;
import ham.runtime.tensor.DirectBuffers;
import ham.runtime.tensor.ElementType;
import ham.runtime.tensor.Tensor;
import ham.runtime.tensor.TensorSpec;
import ham.runtime.text.TokenBatch;
import ham.serve.batch.BatchListener;
import ham.serve.batch.Batcher;
import ham.serve.batch.Completion;
import ham.serve.batch.Ticket;
import ham.serve.engine.Engine;
import ham.serve.protocol.Deadline;
import ham.serve.protocol.InferRequest;
import ham.serve.protocol.ServeException;
import ham.serve.protocol.Status;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.stream.Collectors;

/** One version of a model, open and with its queue. A request stays on it from its check to its answer, whatever is loaded meanwhile. */
public final class LoadedModel {
    private final String name;
    private final long version;
    private final Engine engine;
    private final Signature signature;
    /** Read at once: the file may be another later. */
    private final Map<String, Ending> endings;

    private final Optional<List<String>> labels;
    private final Optional<Duration> timeout;
    private final Batcher batcher;
    private final Stamp stamp;
    private final Map<Optional<String>, Classifier> classifiers = new ConcurrentHashMap<>();
    private final TextRoute texts = new TextRoute(this);

    private LoadedModel(
            String name,
            long version,
            VersionSource source,
            Stamp stamp,
            Engine engine,
            ScheduledExecutorService timer,
            BatchListener listener) {
        this.name = name;
        this.version = version;
        this.engine = engine;
        this.stamp = stamp;
        this.signature = new Signature(name, engine.inputs(), engine.outputs());
        this.labels = source.labels().get();
        this.timeout = source.timeout();
        signature.checkOutputs();
        this.endings = engine.outputs().stream()
                .collect(Collectors.toMap(TensorSpec::name, each -> engine.ending(each.name())));
        warmUp(engine);
        this.batcher = new Batcher(name, engine, source.rules(), source.rows().apply(engine), timer, listener);
    }

    /**
     * Opens a version and runs it once.
     *
     * @throws ham.common.HamException why it cannot be served
     */
    static LoadedModel open(
            String name, long version, VersionSource source, ScheduledExecutorService timer, BatchListener listener) {
        Stamp stamp = Stamp.of(source.files());
        Engine engine = source.opener().get();
        try {
            return new LoadedModel(name, version, source, stamp, engine, timer, listener);
        } catch (RuntimeException | Error e) {
            engine.close();
            throw e;
        }
    }

    /**
     * Runs on zeros, one token of texts and images where the graph says of which size: a model that does not run is not put into service, and the
     * first request need not wait.
     */
    private static void warmUp(Engine engine) {
        Map<String, Tensor> zeros = new HashMap<>();
        for (TensorSpec input : engine.inputs()) {
            Optional<ElementType> type = ElementType.ofLabel(input.dtype());
            boolean known = TokenBatch.isTokens(input.name())
                    || input.shape().stream().skip(1).allMatch(size -> size > 0);
            if (type.isEmpty()) {
                throw new ModelException("Expected inputs that are tensors of numbers, but " + input.name()
                        + " is of type " + input.dtype() + ".");
            }
            if (!known) {
                return;
            }
            List<Long> shape =
                    input.shape().stream().map(size -> size < 0 ? 1L : size).toList();
            zeros.put(input.name(), new Tensor(type.get(), shape, DirectBuffers.of(type.get(), shape)));
        }
        engine.run(engine.adapters().stream().findFirst(), zeros);
    }

    /** The name under which it is served. */
    public String name() {
        return name;
    }

    /** Its number. */
    public long version() {
        return version;
    }

    /** What is open. */
    public Engine engine() {
        return engine;
    }

    /** What its graph does to the numbers of an output last. */
    Ending ending(String output) {
        return endings.get(output);
    }

    /** Requests that wait. */
    public int waiting() {
        return batcher.waiting();
    }

    /** The labels of an output with a column a class: of the adapter's task, or of the model; where they are known. */
    public Optional<List<String>> labels(Optional<String> adapter) {
        return adapter.flatMap(engine::labels).or(() -> labels).or(this::metadataLabels);
    }

    private Optional<List<String>> metadataLabels() {
        return Optional.ofNullable(engine.metadata().get(Labels.METADATA_KEY)).map(json -> Labels.fromJson(json, name));
    }

    Stamp stamp() {
        return stamp;
    }

    /**
     * The adapter that a request means.
     *
     * @throws ServeException if it names none of those that are there, or one where there are none
     */
    public Optional<String> adapter(Optional<String> named) {
        Set<String> there = engine.adapters();
        if (named.isPresent() && !there.contains(named.get())) {
            throw new ServeException(
                    there.isEmpty() ? Status.INVALID : Status.NOT_FOUND,
                    name + ": expected " + (there.isEmpty() ? "no adapter" : "one of the adapters " + there)
                            + ", found '" + named.get() + "'.");
        }
        if (named.isEmpty() && there.size() > 1) {
            throw ServeException.invalid(
                    name + ": expected the parameter adapter with one of " + there + ", found none.");
        }
        return named.or(() -> there.stream().findFirst());
    }

    /**
     * Checks a request and takes it into the queue.
     *
     * @param here nanoseconds that this thread may be kept by a run; see {@link Batcher#submit}
     * @return empty when this was retired: a newer model takes its requests
     * @throws ServeException if it does not fit, or the queue is full
     */
    public Optional<Ticket> submit(InferRequest request, Completion completion, long here) {
        Optional<String> adapter = adapter(request.adapter());
        try {
            signature.checkInputs(request.inputs());
        } catch (ModelException e) {
            throw new ServeException(Status.INVALID, e.getMessage(), e);
        }
        Deadline deadline = timeout.map(Deadline::in).orElse(Deadline.NONE).or(request.deadline());
        return batcher.submit(new InferRequest(request.inputs(), adapter, deadline), completion, here);
    }

    /**
     * This model as a classifier of images, whose runs go through the queue.
     *
     * @throws ServeException if it does not say how images become inputs and what its outputs are
     */
    Classifier classifier(Optional<String> named) {
        Optional<String> adapter = adapter(named);
        try {
            return classifiers.computeIfAbsent(
                    adapter, key -> Classifier.of(new QueuedModel(this, key), supplement(key)));
        } catch (ModelException e) {
            throw new ServeException(Status.INVALID, e.getMessage(), e);
        }
    }

    /** What is known of an adapter's classes, or the model's, beside its file. */
    Supplement supplement(Optional<String> adapter) {
        return new Supplement(adapter.flatMap(engine::labels).or(() -> labels), Optional.empty());
    }

    /** This model as a classifier of texts. */
    TextRoute texts() {
        return texts;
    }

    /** Takes no more requests; closes the model when those it has are answered. */
    void retire() {
        batcher.close();
        texts.retire();
    }

    /** Waits for the last answer; false if that took longer. */
    boolean awaitEnd(Duration time) {
        return batcher.awaitEnd(time);
    }
}
