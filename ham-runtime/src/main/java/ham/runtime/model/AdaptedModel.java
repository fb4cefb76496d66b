package ham.runtime.model;

import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoraAdapter;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.RunOptions;
import ai.onnxruntime.OrtSession.SessionOptions;
import ham.runtime.ModelException;
import ham.runtime.backend.OnnxRuntime;
import ham.runtime.onnx.Ending;
import ham.runtime.tensor.ElementType;
import ham.runtime.tensor.Tensor;
import ham.runtime.tensor.TensorSpec;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.LongStream;

/**
 * One ONNX Runtime session on a base graph whose adapted layers are inputs, and an adapter file a task that fills them at every run. Not
 * thread-safe.
 */
public final class AdaptedModel implements AutoCloseable {
    private final Path file;
    private final OrtSession session;
    private final SortedMap<String, OrtLoraAdapter> adapters = new TreeMap<>();

    private AdaptedModel(Path file, OrtSession session) {
        this.file = file;
        this.session = session;
    }

    /**
     * Opens the base graph.
     *
     * @throws ModelException if ONNX Runtime cannot load it
     */
    public static AdaptedModel open(Path base, SessionSettings settings) {
        ModelException.requireFile(base, "a base graph");
        OnnxRuntime.environment();
        try (SessionOptions options = settings.options(Optional.of(base))) {
            return new AdaptedModel(base, OnnxRuntime.environment().createSession(base.toString(), options));
        } catch (OrtException e) {
            throw new ModelException(
                    base + ": expected a base graph that ONNX Runtime can load, found that it cannot ("
                            + OnnxRuntime.reason(e) + ").",
                    e);
        }
    }

    /**
     * Loads an adapter under a name.
     *
     * @throws ModelException if there is no such file, it is no adapter, or the name is taken: of two adapters with the same tensors ONNX
     *     Runtime would use the last, silently
     */
    public void load(String name, Path adapter) {
        if (adapters.containsKey(name)) {
            throw new ModelException(adapter + ": expected an adapter of another name, found a second '" + name + "'.");
        }
        ModelException.requireFile(adapter, "an .onnx_adapter file");
        try {
            adapters.put(name, OrtLoraAdapter.create(adapter.toString()));
        } catch (OrtException e) {
            throw new ModelException(
                    adapter + ": expected an .onnx_adapter file, but ONNX Runtime cannot load it ("
                            + OnnxRuntime.reason(e) + ").",
                    e);
        }
    }

    /** Names of the adapters that are loaded. */
    public SortedSet<String> adapters() {
        return new TreeSet<>(adapters.keySet());
    }

    /**
     * Runs the model with one adapter.
     *
     * @param input pixel values, row-major, as many as the shape says
     * @return the first output, row-major
     * @throws ModelException if the adapter is not loaded, lacks a tensor of the graph, or the run fails
     */
    public float[] run(String adapter, float[] input, long[] shape) {
        return run(adapter, Map.of(input().name(), Tensor.of(input, shape)));
    }

    /**
     * Runs the model with one adapter.
     *
     * @param inputs by name, all that no adapter fills
     * @return the first output, float32, row-major
     * @throws ModelException if the adapter is not loaded, lacks a tensor of the graph, or the run fails
     */
    public float[] run(String adapter, Map<String, Tensor> inputs) {
        return runAll(adapter, inputs).values().iterator().next().floats();
    }

    /** As {@link #run(String, Map)}, every output by its name, in the order of the graph. */
    public Map<String, Tensor> runAll(String adapter, Map<String, Tensor> inputs) {
        OrtLoraAdapter active = loaded(adapter);
        try (RunOptions options = new RunOptions();
                NativeTensors given = new NativeTensors()) {
            for (Map.Entry<String, Tensor> input : inputs.entrySet()) {
                given.add(input.getKey(), input.getValue());
            }
            options.addActiveLoraAdapter(active);
            try (OrtSession.Result result = session.run(given.byName(), options)) {
                return OnnxModel.tensors(result);
            }
        } catch (OrtException e) {
            throw new ModelException(
                    file + ", adapter '" + adapter + "': expected a run, but ONNX Runtime failed ("
                            + OnnxRuntime.reason(e) + ").",
                    e);
        }
    }

    /** All inputs in the order of the graph: what goes in, then what an adapter fills. */
    public List<TensorSpec> inputs() {
        try {
            return session.getInputInfo().values().stream().map(OnnxModel::spec).toList();
        } catch (OrtException e) {
            throw new IllegalStateException(file + ": its inputs cannot be read", e);
        }
    }

    private OrtLoraAdapter loaded(String adapter) {
        OrtLoraAdapter loaded = adapters.get(adapter);
        if (loaded == null) {
            throw new ModelException(
                    file + ": expected one of the adapters " + adapters.keySet() + ", found '" + adapter + "'.");
        }
        return loaded;
    }

    /** The input that no adapter fills: the images. */
    public TensorSpec input() {
        try {
            return OnnxModel.spec(session.getInputInfo().values().iterator().next());
        } catch (OrtException e) {
            throw new IllegalStateException(file + ": its inputs cannot be read", e);
        }
    }

    /** What a run gives, in the order of the graph. */
    public List<TensorSpec> outputs() {
        try {
            return session.getOutputInfo().values().stream()
                    .map(OnnxModel::spec)
                    .toList();
        } catch (OrtException e) {
            throw new IllegalStateException(file + ": its outputs cannot be read", e);
        }
    }

    /** The custom metadata of the base graph. */
    public Map<String, String> metadata() {
        try {
            return Map.copyOf(session.getMetadata().getCustomMetadata());
        } catch (OrtException e) {
            throw new IllegalStateException(file + ": its metadata cannot be read", e);
        }
    }

    /** What the base graph does to the numbers of an output last. */
    public Ending ending(String output) {
        return Ending.of(file, output);
    }

    /**
     * Makes pinned buffers for runs of one shape of images, with whichever adapter.
     *
     * @throws ModelException if the images of the graph are of another type or shape
     */
    public AdaptedBound bind(long... shape) {
        List<Long> sizes = LongStream.of(shape).boxed().toList();
        TensorSpec input = input();
        new Signature(file.toString(), List.of(input), List.of()).checkLone(List.of(ElementType.FLOAT32), sizes);
        try {
            return new AdaptedBound(file.toString(), session, this::loaded, input, sizes);
        } catch (OrtException e) {
            throw OnnxModel.runFailed(file.toString(), e);
        }
    }

    @Override
    public void close() {
        try {
            session.close();
        } catch (OrtException e) {
            throw new IllegalStateException(file + ": cannot be closed", e);
        } finally {
            adapters.values().forEach(OrtLoraAdapter::close);
            adapters.clear();
        }
    }
}
