package ham.runtime.model;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.SessionOptions;
import ai.onnxruntime.TensorInfo;
import ham.runtime.ModelException;
import ham.runtime.backend.OnnxRuntime;
import ham.runtime.onnx.Ending;
import ham.runtime.tensor.DirectBuffers;
import ham.runtime.tensor.ElementType;
import ham.runtime.tensor.Tensor;
import ham.runtime.tensor.TensorSpec;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.LongStream;

/** One ONNX Runtime session, on the provider of its settings. */
public final class OnnxModel implements Model {
    private final OrtSession session;
    private final Signature signature;
    private final Map<String, String> metadata;
    private final Lifetime lifetime;
    private final String provider;

    private final Function<String, Ending> endings;

    private OnnxModel(String name, OrtSession session, String provider, Function<String, Ending> endings)
            throws OrtException {
        this.session = session;
        this.endings = endings;
        this.lifetime = new Lifetime(name);
        this.provider = provider;
        this.signature = new Signature(
                name,
                specs(session.getInputInfo().values()),
                specs(session.getOutputInfo().values()));
        this.metadata = Map.copyOf(session.getMetadata().getCustomMetadata());
    }

    /**
     * Opens a model file, with its external data if it has any.
     *
     * @throws ModelException if the file is missing, empty or no ONNX model that ONNX Runtime can load
     */
    public static OnnxModel open(Path file, SessionSettings settings) {
        ModelException.requireFile(file, "an ONNX model");
        return open(
                file.toString(),
                settings,
                Optional.of(file),
                options -> OnnxRuntime.environment().createSession(file.toString(), options),
                output -> Ending.of(file, output));
    }

    /**
     * Opens a model that is already in memory.
     *
     * @param name what error messages call it
     * @throws ModelException if it is no ONNX model that ONNX Runtime can load
     */
    public static OnnxModel open(byte[] model, String name, SessionSettings settings) {
        return open(
                name,
                settings,
                Optional.empty(),
                options -> OnnxRuntime.environment().createSession(model, options),
                output -> Ending.of(ByteBuffer.wrap(model), output));
    }

    /**
     * Writes the graph as ONNX Runtime rewrites it when it opens it. The file may hold operators that only this version of ONNX Runtime has, in a
     * layout that only this kind of processor likes.
     *
     * @throws ModelException as {@link #open(Path, SessionSettings)}
     */
    public static void writeOptimized(Path file, SessionSettings settings, Path output) {
        OnnxRuntime.environment();
        try (SessionOptions options = settings.options(Optional.of(file))) {
            options.setOptimizedModelFilePath(output.toString());
            OnnxRuntime.environment().createSession(file.toString(), options).close();
        } catch (OrtException e) {
            throw new ModelException(
                    file + ": expected an ONNX model that ONNX Runtime " + OnnxRuntime.version()
                            + " can optimise, found that it cannot (" + OnnxRuntime.reason(e) + ").",
                    e);
        }
    }

    private static OnnxModel open(
            String name,
            SessionSettings settings,
            Optional<Path> file,
            SessionMaker maker,
            Function<String, Ending> endings) {
        OnnxRuntime.environment();
        try (SessionOptions options = settings.options(file)) {
            return describe(name, maker.make(options), settings.provider().executionProvider(), endings);
        } catch (OrtException e) {
            throw new ModelException(
                    name + ": expected an ONNX model that ONNX Runtime " + OnnxRuntime.version()
                            + " can load, found that it cannot (" + OnnxRuntime.reason(e)
                            + "); is it complete and an ONNX file?",
                    e);
        }
    }

    private static OnnxModel describe(
            String name, OrtSession session, String provider, Function<String, Ending> endings) throws OrtException {
        try {
            return new OnnxModel(name, session, provider, endings);
        } catch (OrtException | RuntimeException e) {
            session.close();
            throw e;
        }
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
        return metadata;
    }

    @Override
    public Ending ending(String output) {
        return endings.apply(output);
    }

    @Override
    public BatchLimits batchLimits() {
        return BatchLimits.of(inputs().get(0));
    }

    @Override
    public String provider() {
        return provider;
    }

    @Override
    public Map<String, Tensor> run(Map<String, Tensor> inputs) {
        signature.checkInputs(inputs);
        signature.checkOutputs();
        return whileOpen(() -> {
            try (var given = new NativeTensors()) {
                for (Map.Entry<String, Tensor> input : inputs.entrySet()) {
                    given.add(input.getKey(), input.getValue());
                }
                try (OrtSession.Result result = session.run(given.byName())) {
                    return tensors(result);
                }
            }
        });
    }

    /**
     * Runs a model of one float32 input and one float32 output.
     *
     * @param input row-major, as many values as the shape says
     * @return the output, row-major
     * @throws ModelException if the model is another, the shape is not the model's, or the run fails
     */
    public float[] run(float[] input, long[] shape) {
        return run(DirectBuffers.floats(input.length).put(input).flip(), shape);
    }

    /** As {@link #run(float[], long[])}, with the values from the buffer's position to its limit; not copied if direct. */
    public float[] run(FloatBuffer input, long[] shape) {
        List<Long> sizes = LongStream.of(shape).boxed().toList();
        signature.checkLoneFloat(sizes);
        if (LongStream.of(shape).reduce(1, Math::multiplyExact) != input.remaining()) {
            throw new ModelException(name() + ": expected as many values as the shape " + sizes + " says, found "
                    + input.remaining() + ".");
        }
        String inputName = inputs().get(0).name();
        return whileOpen(() -> {
            try (OnnxTensor given = OnnxTensor.createTensor(OnnxRuntime.environment(), input, shape);
                    OrtSession.Result result = session.run(Map.of(inputName, given))) {
                return ((OnnxTensor) result.get(0)).getFloatBuffer().array();
            }
        });
    }

    @Override
    public Bound bind(long... inputShape) {
        return OnnxBound.of(session, signature, lifetime, inputShape);
    }

    @Override
    public void close() {
        lifetime.close(() -> {
            try {
                session.close();
            } catch (OrtException e) {
                throw new IllegalStateException(name() + ": cannot be closed", e);
            }
        });
    }

    private <T> T whileOpen(Run<T> run) {
        lifetime.enter();
        try {
            return run.call();
        } catch (OrtException e) {
            throw runFailed(name(), e);
        } finally {
            lifetime.leave();
        }
    }

    static ModelException runFailed(String name, OrtException e) {
        return new ModelException(
                name + ": expected a run, but ONNX Runtime failed (" + OnnxRuntime.reason(e) + ").", e);
    }

    static Map<String, Tensor> tensors(OrtSession.Result result) {
        Map<String, Tensor> outputs = new LinkedHashMap<>();
        for (Map.Entry<String, OnnxValue> output : result) {
            OnnxTensor tensor = (OnnxTensor) output.getValue();
            ElementType type =
                    ElementType.ofLabel(ElementType.label(tensor.getInfo())).orElseThrow();
            List<Long> shape =
                    LongStream.of(tensor.getInfo().getShape()).boxed().toList();
            outputs.put(output.getKey(), new Tensor(type, shape, tensor.getByteBuffer()));
        }
        return outputs;
    }

    private static List<TensorSpec> specs(Collection<NodeInfo> nodes) {
        return nodes.stream().map(OnnxModel::spec).toList();
    }

    static TensorSpec spec(NodeInfo node) {
        if (node.getInfo() instanceof TensorInfo info) {
            List<Long> shape = LongStream.of(info.getShape()).boxed().toList();
            return new TensorSpec(
                    node.getName(), ElementType.label(info), shape, Arrays.asList(info.getDimensionNames()));
        }
        String kind = node.getInfo().getClass().getSimpleName().replace("Info", "");
        return new TensorSpec(node.getName(), kind.toLowerCase(Locale.ROOT), List.of(), List.of());
    }

    /** Opens a session with the options. */
    private interface SessionMaker {
        OrtSession make(SessionOptions options) throws OrtException;
    }

    /** Work on an open session. */
    private interface Run<T> {
        T call() throws OrtException;
    }
}
