package ham.runtime.backend;

import java.util.Arrays;
import java.util.Optional;

/** Ways of running a model, best first as {@link Backends#best} tries them; native TensorRT last, since it is only taken when asked for. */
public enum Backend {
    ONNXRUNTIME_TENSORRT("onnxruntime-tensorrt"),
    ONNXRUNTIME_CUDA("onnxruntime-cuda"),
    ONNXRUNTIME_CPU("onnxruntime-cpu"),
    /** TensorRT without ONNX Runtime: an engine is built from the whole graph beforehand, which takes minutes and suits one kind of GPU. */
    TENSORRT("tensorrt");

    private final String label;

    Backend(String label) {
        this.label = label;
    }

    /** The name that people type. */
    public String label() {
        return label;
    }

    /** The backend with the given {@link #label}. */
    public static Optional<Backend> ofLabel(String label) {
        return Arrays.stream(values()).filter(each -> each.label.equals(label)).findFirst();
    }
}
