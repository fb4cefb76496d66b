package ham.runtime.backend;

import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession.SessionOptions;
import ai.onnxruntime.providers.OrtCUDAProviderOptions;
import ai.onnxruntime.providers.OrtTensorRTProviderOptions;
import ham.runtime.ModelException;
import ham.runtime.onnx.ModelHash;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Tells a session which provider it runs on, with what suits a Vision Transformer that serves requests. Names of options: ONNX Runtime's pages
 * on its CUDA and TensorRT execution providers.
 */
public final class ProviderOptions {
    private ProviderOptions() {}

    /**
     * Adds a provider to the options of a session that is still to be opened. What a provider cannot run falls to the next: TensorRT, CUDA, CPU.
     *
     * @param model the file that the session is for; empty for one in memory, whose engines are not kept
     * @throws OrtException with the cause when the provider cannot be loaded
     * @throws ModelException when the folder for engines cannot be made, or a file that the model needs cannot be read
     */
    public static void apply(Provider provider, SessionOptions options, Optional<Path> model) throws OrtException {
        if (provider instanceof Provider.Cuda cuda) {
            addCuda(cuda, options);
        } else if (provider instanceof Provider.TensorRt tensorRt) {
            addTensorRt(tensorRt, options, model);
            addCuda(new Provider.Cuda(tensorRt.device()), options);
        }
    }

    /** Adds a provider with nothing behind it, so that a session which opens really runs on it. */
    static void applyAlone(Provider provider, SessionOptions options) throws OrtException {
        if (provider instanceof Provider.Cuda cuda) {
            addCuda(cuda, options);
        } else if (provider instanceof Provider.TensorRt tensorRt) {
            addTensorRt(tensorRt, options, Optional.empty());
        }
        if (!(provider instanceof Provider.Cpu)) {
            refuseCpu(options);
        }
    }

    /** Lets ONNX Runtime refuse a session of which a node would run on the CPU, which it else does without a word. */
    static void refuseCpu(SessionOptions options) throws OrtException {
        options.addConfigEntry("session.disable_cpu_ep_fallback", "1");
    }

    private static void addTensorRt(Provider.TensorRt tensorRt, SessionOptions options, Optional<Path> model)
            throws OrtException {
        makeFolder(tensorRt.cache());
        Optional<Path> engines = engines(tensorRt, model);
        makeFolder(engines);
        try (var settings = new OrtTensorRTProviderOptions(tensorRt.device())) {
            for (Map.Entry<String, String> option :
                    ofTensorRt(tensorRt, engines).entrySet()) {
                settings.add(option.getKey(), option.getValue());
            }
            options.addTensorrt(settings);
        }
    }

    /**
     * Where the engines of one model are kept. ONNX Runtime finds an engine by the model's file name and its nodes, never by its weights: in one
     * folder for all models the next merge would run on the engine of the last.
     */
    static Optional<Path> engines(Provider.TensorRt provider, Optional<Path> model) {
        return provider.cache().flatMap(folder -> model.map(file -> folder.resolve(ModelHash.of(file))));
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

    /** Engines and kernel timings are kept where there are folders for them: to build them again takes minutes. Timings are of no one model. */
    static Map<String, String> ofTensorRt(Provider.TensorRt provider, Optional<Path> engines) {
        Map<String, String> options = new LinkedHashMap<>();
        options.put("trt_fp16_enable", flag(provider.fp16()));
        options.put("trt_int8_enable", flag(provider.int8()));
        engines.ifPresent(folder -> {
            options.put("trt_engine_cache_enable", "1");
            options.put("trt_engine_cache_path", folder.toAbsolutePath().toString());
        });
        provider.cache().ifPresent(folder -> {
            options.put("trt_timing_cache_enable", "1");
            options.put("trt_timing_cache_path", folder.toAbsolutePath().toString());
        });
        return options;
    }

    private static String flag(boolean on) {
        return on ? "1" : "0";
    }

    private static void makeFolder(Optional<Path> wanted) {
        wanted.ifPresent(folder -> {
            try {
                Files.createDirectories(folder);
            } catch (IOException e) {
                throw new ModelException(
                        folder + ": expected a folder for engines, but it cannot be made (" + e + ").", e);
            }
        });
    }
}
