package ham.runtime.backend;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtProvider;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.SessionOptions;
import ai.onnxruntime.providers.OrtCUDAProviderOptions;
import ai.onnxruntime.providers.OrtTensorRTProviderOptions;
import ham.runtime.ModelException;
import java.nio.FloatBuffer;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/** Tries ONNX Runtime's execution providers by running a graph of one node on each. */
public final class Backends {
    /** An ONNX model, y = Identity(x), both float32 [1]: the fields of onnx.proto, written out. */
    private static final byte[] IDENTITY = HexFormat.of()
            .parseHex(
                    "0808" // ir_version 8
                            + "3a37" // graph, 55 bytes
                            + "0a10" + "0a0178" + "120179" + "22084964656e74697479" // node: x -> y, "Identity"
                            + "120167" // its name, "g"
                            + "5a0f" + "0a0178" + "120a0a08" + "0801" + "1204"
                            + "0a020801" // input x: float32, one dimension of 1
                            + "620f" + "0a0179" + "120a0a08" + "0801" + "1204" + "0a020801" // output y, the same
                            + "4202" + "1011"); // opset 17

    private static final float PROBE = 42;

    private Backends() {}

    /** The state of the CPU, CUDA and TensorRT providers, in this order. Takes well under a second on a CPU build. */
    public static List<BackendStatus> probe() {
        return List.of(
                probe("onnxruntime-cpu", OrtProvider.CPU, options -> options.addCPU(true)),
                probe("onnxruntime-cuda", OrtProvider.CUDA, options -> {
                    try (var cuda = new OrtCUDAProviderOptions(0)) {
                        options.addCUDA(cuda);
                    }
                }),
                probe("onnxruntime-tensorrt", OrtProvider.TENSOR_RT, options -> {
                    try (var tensorRt = new OrtTensorRTProviderOptions(0)) {
                        options.addTensorrt(tensorRt);
                    }
                }));
    }

    private static BackendStatus probe(String name, OrtProvider provider, Configuration configuration) {
        try {
            runIdentity(OnnxRuntime.environment(), configuration);
            return new BackendStatus(name, true, "ONNX Runtime " + OnnxRuntime.version() + " ran a test graph on it");
        } catch (OrtException e) {
            String reason = OnnxRuntime.reason(e);
            boolean held = OrtEnvironment.getAvailableProviders().contains(provider);
            return new BackendStatus(
                    name,
                    false,
                    held
                            ? reason
                            : "this build of ONNX Runtime holds no such provider (" + reason
                                    + "); com.microsoft.onnxruntime:onnxruntime_gpu has it");
        } catch (ModelException e) {
            return new BackendStatus(name, false, e.getMessage());
        }
    }

    private static void runIdentity(OrtEnvironment environment, Configuration configuration) throws OrtException {
        try (var options = new SessionOptions()) {
            configuration.apply(options);
            try (OrtSession session = environment.createSession(IDENTITY, options);
                    OnnxTensor x = OnnxTensor.createTensor(
                            environment, FloatBuffer.wrap(new float[] {PROBE}), new long[] {1});
                    OrtSession.Result result = session.run(Map.of("x", x))) {
                float found = ((OnnxTensor) result.get(0)).getFloatBuffer().get(0);
                if (found != PROBE) {
                    throw new ModelException("a test graph gave " + found + " instead of " + PROBE);
                }
            }
        }
    }

    /** Adds a provider to the options of a session. */
    private interface Configuration {
        void apply(SessionOptions options) throws OrtException;
    }
}
