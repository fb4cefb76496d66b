package ham.runtime.backend;

import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession.SessionOptions;
import ai.onnxruntime.providers.OrtCUDAProviderOptions;
import ai.onnxruntime.providers.OrtTensorRTProviderOptions;

/** Tells a session which provider it runs on. */
public final class ProviderOptions {
    private ProviderOptions() {}

    /**
     * Adds a provider to the options of a session that is still to be opened.
     *
     * @throws OrtException with the cause when the provider cannot be loaded
     */
    public static void apply(Provider provider, SessionOptions options) throws OrtException {
        if (provider instanceof Provider.Cuda cuda) {
            try (var settings = new OrtCUDAProviderOptions(cuda.device())) {
                options.addCUDA(settings);
            }
        } else if (provider instanceof Provider.TensorRt tensorRt) {
            try (var settings = new OrtTensorRTProviderOptions(tensorRt.device())) {
                options.addTensorrt(settings);
            }
        }
    }
}
