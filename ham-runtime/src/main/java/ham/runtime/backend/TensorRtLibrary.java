package ham.runtime.backend;

import ham.runtime.ModelException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.bytedeco.cuda.cudart.cudaDeviceProp;
import org.bytedeco.cuda.global.cudart;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.tensorrt.global.nvinfer;
import org.bytedeco.tensorrt.global.nvonnxparser;

/**
 * TensorRT, CUDA and the GPUs as this process reaches them through Bytedeco's bindings.
 *
 * @param tensorRt version of the library, for example {@code 10.12.0}
 * @param cudaDriver newest CUDA version that the driver knows, for example {@code 12.9}
 * @param cudaRuntime version of the CUDA runtime library
 * @param gpus at least one
 */
public record TensorRtLibrary(String tensorRt, String cudaDriver, String cudaRuntime, List<Gpu> gpus) {
    /** What the bindings were made for; every 10.x has the same binary interface. */
    static final int MAJOR = nvinfer.NV_TENSORRT_MAJOR;

    private static final Pattern MISSING = Pattern.compile("(\\S+\\.so[.\\d]*): cannot open shared object file");

    private static TensorRtLibrary loaded;
    private static String failure;

    public TensorRtLibrary {
        gpus = List.copyOf(gpus);
    }

    /**
     * A GPU.
     *
     * @param name for example {@code NVIDIA L4}
     * @param capability compute capability, for example {@code 8.9}
     * @param memoryBytes all of its memory
     */
    public record Gpu(String name, String capability, long memoryBytes) {}

    /** All of it in one sentence. */
    public String text() {
        return "TensorRT " + tensorRt + ", CUDA driver " + cudaDriver + ", runtime " + cudaRuntime + "; "
                + gpus.stream()
                        .map(gpu -> gpu.name() + " (compute capability " + gpu.capability() + ", "
                                + gpu.memoryBytes() / 1_000_000 + " MB)")
                        .collect(Collectors.joining(", "));
    }

    /**
     * Loads the libraries, the first time.
     *
     * @throws ModelException if one is missing, too old or too new, or there is no GPU; always with the first cause, which later attempts no
     *     longer know
     */
    public static synchronized TensorRtLibrary load() {
        if (failure != null) {
            throw new ModelException(failure);
        }
        if (loaded == null) {
            try {
                loaded = find();
            } catch (ModelException e) {
                failure = e.getMessage();
                throw e;
            } catch (LinkageError | RuntimeException e) {
                failure = sentence(e);
                throw new ModelException(failure, e);
            }
        }
        return loaded;
    }

    private static TensorRtLibrary find() {
        String jni = "/org/bytedeco/cuda/" + Loader.getPlatform() + "/libjnicudart.so";
        if (TensorRtLibrary.class.getResource(jni) == null) {
            throw new ModelException("this build holds no native libraries of CUDA and TensorRT for "
                    + Loader.getPlatform() + "; a build with -Pgpu has those for linux-x86_64");
        }
        Loader.load(cudart.class);
        int[] number = new int[1];
        check("cudaDriverGetVersion", cudart.cudaDriverGetVersion(number));
        if (number[0] == 0) {
            throw new ModelException("no NVIDIA driver is installed (CUDA finds none)");
        }
        String driver = cudaVersion(number[0]);
        check("cudaRuntimeGetVersion", cudart.cudaRuntimeGetVersion(number));
        String runtime = cudaVersion(number[0]);
        check("cudaGetDeviceCount", cudart.cudaGetDeviceCount(number));
        List<Gpu> gpus = new ArrayList<>();
        for (int device = 0; device < number[0]; device++) {
            gpus.add(gpu(device));
        }
        if (gpus.isEmpty()) {
            throw new ModelException("CUDA " + runtime + " finds no GPU");
        }
        Loader.load(nvinfer.class);
        Loader.load(nvonnxparser.class);
        String tensorRt = tensorRtVersion(nvinfer.getInferLibVersion());
        return new TensorRtLibrary(tensorRt, driver, runtime, gpus);
    }

    private static Gpu gpu(int device) {
        try (cudaDeviceProp properties = new cudaDeviceProp()) {
            check("cudaGetDeviceProperties", cudart.cudaGetDeviceProperties(properties, device));
            return new Gpu(
                    properties.name().getString(),
                    properties.major() + "." + properties.minor(),
                    properties.totalGlobalMem());
        }
    }

    /**
     * Refuses what CUDA reports as an error.
     *
     * @param call for the message
     * @param status what the call returned
     * @throws ModelException if it is not 0
     */
    public static void check(String call, int status) {
        if (status != 0) {
            throw new ModelException("CUDA: " + call + " failed with error " + status + " ("
                    + cudart.cudaGetErrorString(status).getString() + ")");
        }
    }

    /** 12090 is 12.9. */
    static String cudaVersion(int number) {
        return number / 1000 + "." + number % 1000 / 10;
    }

    /**
     * 101200 is 10.12.0, as TensorRT counts since 10.0.
     *
     * @throws ModelException if the major version is another than that of the bindings
     */
    static String tensorRtVersion(int number) {
        String version = number / 10_000 + "." + number / 100 % 100 + "." + number % 100;
        if (number / 10_000 != MAJOR) {
            throw new ModelException("libnvinfer is of version " + version + ", expected " + MAJOR + ".x");
        }
        return version;
    }

    /** The library that the dynamic linker misses, which the innermost cause names. */
    static String sentence(Throwable error) {
        Throwable cause = error;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        String text = String.valueOf(cause.getMessage()).lines().findFirst().orElse(cause.toString());
        Matcher missing = MISSING.matcher(text);
        String library = "";
        while (missing.find()) {
            library = missing.group(1);
        }
        return library.isEmpty()
                ? "CUDA and TensorRT cannot be loaded (" + text + ")"
                : library + " cannot be loaded: it is not installed, or not where the dynamic linker looks"
                        + source(library);
    }

    private static String source(String library) {
        if (library.startsWith("libcuda.")) {
            return " (part of NVIDIA's driver)";
        }
        if (library.startsWith("libcudnn")) {
            return " (part of cuDNN 9)";
        }
        return library.startsWith("libnv") && !library.startsWith("libnvrtc")
                ? " (part of TensorRT " + nvinfer.NV_TENSORRT_MAJOR + "." + nvinfer.NV_TENSORRT_MINOR + ")"
                : " (part of CUDA 12)";
    }
}
