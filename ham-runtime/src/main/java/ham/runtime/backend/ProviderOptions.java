package ham.runtime.backend;

import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession.SessionOptions;
import ai.onnxruntime.providers.OrtCUDAProviderOptions;
import ai.onnxruntime.providers.OrtTensorRTProviderOptions;
import ham.runtime.ModelException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Tells a session which provider it runs on, with what suits a Vision Transformer that serves requests. Names of options: ONNX Runtime's pages
 * on its CUDA and TensorRT execution providers.
 */
public final class ProviderOptions {
    private ProviderOptions() {}

    /**
     * Adds a provider to the options of a session that is still to be opened. What a provider cannot run falls to the next: TensorRT, CUDA, CPU.
     *
     * @throws OrtException with the cause when the provider cannot be loaded
     * @throws ModelException when the folder for engines cannot be made
     */
    public static void apply(Provider provider, SessionOptions options) throws OrtException {
        if (provider instanceof Provider.Cuda cuda) {
            addCuda(cuda, options);
        } else if (provider instanceof Provider.TensorRt tensorRt) {
            makeFolder(tensorRt);
            try (var settings = new OrtTensorRTProviderOptions(tensorRt.device())) {
                for (Map.Entry<String, String> option : ofTensorRt(tensorRt).entrySet()) {
                    settings.add(option.getKey(), option.getValue());
                }
                options.addTensorrt(settings);
            }
            addCuda(new Provider.Cuda(tensorRt.device()), options);
        }
    }

    private static void addCuda(Provider.Cuda cuda, SessionOptions options) throws OrtException {
        try (var settings = new OrtCUDAProviderOptions(cuda.device())) {
            for (Map.Entry<String, String> option : ofCuda().entrySet()) {
                settings.add(option.getKey(), option.getValue());
            }
            options.addCUDA(settings);
        }
    }

    /**
     * A ViT has one convolution: looking for its fastest kernel by trying all costs more at every new batch size than it gives. Memory grows by
     * what is asked for, not by doubling. float32 stays float32, as on the CPU: TF32 keeps 10 bits of a number.
     */
    static Map<String, String> ofCuda() {
        Map<String, String> options = new LinkedHashMap<>();
        options.put("cudnn_conv_algo_search", "HEURISTIC");
        options.put("arena_extend_strategy", "kSameAsRequested");
        options.put("do_copy_in_default_stream", "1");
        options.put("use_tf32", "0");
        return options;
    }

    /** Engines and kernel timings are kept in the folder, if there is one: to build them again takes minutes. */
    static Map<String, String> ofTensorRt(Provider.TensorRt provider) {
        Map<String, String> options = new LinkedHashMap<>();
        options.put("trt_fp16_enable", flag(provider.fp16()));
        options.put("trt_int8_enable", flag(provider.int8()));
        provider.cache().ifPresent(folder -> {
            String path = folder.toAbsolutePath().toString();
            options.put("trt_engine_cache_enable", "1");
            options.put("trt_engine_cache_path", path);
            options.put("trt_timing_cache_enable", "1");
            options.put("trt_timing_cache_path", path);
        });
        return options;
    }

    private static String flag(boolean on) {
        return on ? "1" : "0";
    }

    private static void makeFolder(Provider.TensorRt provider) {
        if (provider.cache().isPresent()) {
            Path folder = provider.cache().get();
            try {
                Files.createDirectories(folder);
            } catch (IOException e) {
                throw new ModelException(
                        folder + ": expected a folder for engines, but it cannot be made (" + e + ").", e);
            }
        }
    }
}
