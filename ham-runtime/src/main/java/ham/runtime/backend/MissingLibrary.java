package ham.runtime.backend;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bytedeco.tensorrt.global.nvinfer;

/** What the dynamic linker misses, in words that say what to install. */
final class MissingLibrary {
    private static final Pattern MISSING = Pattern.compile("([^\\s/]+\\.so[.\\d]*): cannot open shared object file");

    private MissingLibrary() {}

    /** The sentence for the linker's message, if it is one: the last library that it names is the one that is not there. */
    static Optional<String> sentence(String message) {
        Matcher missing = MISSING.matcher(message);
        String library = "";
        while (missing.find()) {
            library = missing.group(1);
        }
        return library.isEmpty()
                ? Optional.empty()
                : Optional.of(library + " cannot be loaded: it is not installed, or not where the dynamic linker looks"
                        + " (part of " + owner(library) + ")");
    }

    private static String owner(String library) {
        if (library.startsWith("libcuda.")) {
            return "NVIDIA's driver";
        }
        if (library.startsWith("libcudnn")) {
            return "cuDNN 9";
        }
        return library.startsWith("libnvinfer") || library.startsWith("libnvonnxparser")
                ? "TensorRT " + nvinfer.NV_TENSORRT_MAJOR + "." + nvinfer.NV_TENSORRT_MINOR
                : "CUDA 12";
    }
}
