package ham.runtime.backend;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtProvider;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.SessionOptions;
import ham.runtime.ModelException;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Which backends really work, found out by trying: ONNX Runtime's execution providers by running a graph of one node on each with none behind it, native TensorRT
 * by loading its libraries and asking for GPUs.
 */
public final class Backends {
    /** An ONNX model, y = Add(x, x), both float32 [1]: the fields of onnx.proto, written out. */
    private static final byte[] ADDITION = HexFormat.of()
            .parseHex(
                    "0808" // ir_version 8
                            + "3a35" // graph, 53 bytes
                            + "0a0e" + "0a0178" + "0a0178" + "120179" + "2203416464" // node: x, x -> y, "Add"
                            + "120167" // its name, "g"
                            + "5a0f" + "0a0178" + "120a0a08" + "0801" + "1204"
                            + "0a020801" // input x: float32, one dimension of 1
                            + "620f" + "0a0179" + "120a0a08" + "0801" + "1204" + "0a020801" // output y, the same
                            + "4202" + "1011"); // opset 17

    private static final float PROBE = 21;

    private static final Map<Backend, BackendStatus> STATUSES = new EnumMap<>(Backend.class);

    private Backends() {}

    /** The state of every backend, ONNX Runtime on the CPU first. Each is tried once in a JVM; well under a second on a CPU build. */
    public static List<BackendStatus> probe() {
        return Stream.of(
                        Backend.ONNXRUNTIME_CPU,
                        Backend.ONNXRUNTIME_CUDA,
                        Backend.ONNXRUNTIME_TENSORRT,
                        Backend.TENSORRT)
                .map(Backends::status)
                .toList();
    }

    /** Whether a backend works. It is tried at the first call; later ones give the same answer. */
    public static synchronized BackendStatus status(Backend backend) {
        return STATUSES.computeIfAbsent(backend, Backends::attempt);
    }

    /**
     * The fastest backend that works and runs any ONNX file at once: ONNX Runtime on TensorRT, on CUDA, on the CPU. What is slower than the
     * one taken is not tried.
     *
     * @throws ModelException if not even the CPU works
     */
    public static BackendChoice best() {
        List<BackendStatus> passedOver = new ArrayList<>();
        for (Backend each : List.of(Backend.ONNXRUNTIME_TENSORRT, Backend.ONNXRUNTIME_CUDA, Backend.ONNXRUNTIME_CPU)) {
            BackendStatus status = status(each);
            if (status.works()) {
                return new BackendChoice(status, passedOver);
            }
            passedOver.add(status);
        }
        throw new ModelException("Expected a backend that works, found none: "
                + passedOver.stream()
                        .map(each -> each.name() + ": " + each.detail())
                        .collect(Collectors.joining("; ")) + ".");
    }

    /**
     * Tries a backend that somebody asked for.
     *
     * @throws ModelException with the cause if it does not work
     */
    public static void require(Backend backend) {
        BackendStatus status = status(backend);
        if (!status.works()) {
            throw new ModelException(
                    "backend " + backend.label() + ": expected one that works on this machine, found that it does not ("
                            + status.detail() + "); 'ham doctor' shows those that do.");
        }
    }

    private static BackendStatus attempt(Backend backend) {
        return switch (backend) {
            case ONNXRUNTIME_CPU -> attempt(backend, OrtProvider.CPU, new Provider.Cpu());
            case ONNXRUNTIME_CUDA -> attempt(backend, OrtProvider.CUDA, new Provider.Cuda(0));
            case ONNXRUNTIME_TENSORRT ->
                attempt(backend, OrtProvider.TENSOR_RT, new Provider.TensorRt(0, Optional.empty(), false, false));
            case TENSORRT -> nativeTensorRt();
        };
    }

    private static BackendStatus nativeTensorRt() {
        try {
            return new BackendStatus(
                    Backend.TENSORRT.label(), true, TensorRtLibrary.load().text());
        } catch (ModelException e) {
            return new BackendStatus(Backend.TENSORRT.label(), false, e.getMessage());
        }
    }

    private static BackendStatus attempt(Backend backend, OrtProvider provider, Provider settings) {
        String name = backend.label();
        try {
            prove(OnnxRuntime.environment(), settings);
            return new BackendStatus(name, true, "ONNX Runtime " + OnnxRuntime.version() + " ran a test graph on it");
        } catch (OrtException e) {
            String reason = OnnxRuntime.reason(e);
            boolean held = OrtEnvironment.getAvailableProviders().contains(provider);
            return new BackendStatus(
                    name,
                    false,
                    held
                            ? MissingLibrary.sentence(reason).orElse(reason)
                            : "this build of ONNX Runtime holds no such provider (" + reason
                                    + "); a build with -Pgpu has it");
        } catch (ModelException e) {
            return new BackendStatus(name, false, e.getMessage());
        }
    }

    private static void prove(OrtEnvironment environment, Provider provider) throws OrtException {
        try (var options = new SessionOptions()) {
            ProviderOptions.applyAlone(provider, options);
            runAddition(environment, options);
        }
    }

    /** Runs the test graph; ONNX Runtime does not leave it out, since its result is another than its input. */
    static void runAddition(OrtEnvironment environment, SessionOptions options) throws OrtException {
        try (OrtSession session = environment.createSession(ADDITION, options);
                OnnxTensor x =
                        OnnxTensor.createTensor(environment, FloatBuffer.wrap(new float[] {PROBE}), new long[] {1});
                OrtSession.Result result = session.run(Map.of("x", x))) {
            float found = ((OnnxTensor) result.get(0)).getFloatBuffer().get(0);
            if (found != PROBE + PROBE) {
                throw new ModelException("a test graph gave " + found + " instead of " + (PROBE + PROBE));
            }
        }
    }
}
