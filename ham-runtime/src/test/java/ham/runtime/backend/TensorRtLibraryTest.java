package ham.runtime.backend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ham.runtime.ModelException;
import java.util.List;
import org.junit.jupiter.api.Test;

class TensorRtLibraryTest {
    private static String missing(String library) {
        Error cause = new UnsatisfiedLinkError(
                "/cache/libjni.so: " + library + ": cannot open shared object file: No such file or directory");
        Error error = new UnsatisfiedLinkError("no jnicudart in java.library.path: /usr/lib");
        error.initCause(cause);
        return TensorRtLibrary.sentence(error);
    }

    @Test
    void namesTheLibraryThatIsMissingAndWhatItIsPartOf() {
        assertThat(missing("libcuda.so.1"))
                .startsWith("libcuda.so.1 cannot be loaded")
                .endsWith("(part of NVIDIA's driver)");
        assertThat(missing("libcudart.so.12")).startsWith("libcudart.so.12 ").endsWith("(part of CUDA 12)");
        assertThat(missing("libnvrtc.so.12")).endsWith("(part of CUDA 12)");
        assertThat(missing("libcudnn_ops.so.9")).endsWith("(part of cuDNN 9)");
        assertThat(missing("libnvinfer.so.10")).endsWith("(part of TensorRT 10.12)");
        assertThat(missing("libnvonnxparser.so.10")).endsWith("(part of TensorRT 10.12)");
        assertThat(TensorRtLibrary.sentence(new NoClassDefFoundError("Could not initialize class x")))
                .isEqualTo("CUDA and TensorRT cannot be loaded (Could not initialize class x)");
    }

    @Test
    void readsVersionsAsTheLibrariesCountThem() {
        assertThat(TensorRtLibrary.cudaVersion(12090)).isEqualTo("12.9");
        assertThat(TensorRtLibrary.tensorRtVersion(101200)).isEqualTo("10.12.0");
        assertThatThrownBy(() -> TensorRtLibrary.tensorRtVersion(110200))
                .isInstanceOf(ModelException.class)
                .hasMessage("libnvinfer is of version 11.2.0, expected 10.x");
    }

    @Test
    void keepsTheFirstCause() {
        String first = failure();
        assertThat(first).isNotEmpty();
        assertThat(failure()).isEqualTo(first);
        assertThat(Backends.status(Backend.TENSORRT)).isEqualTo(new BackendStatus("tensorrt", false, first));
    }

    private static String failure() {
        try {
            return TensorRtLibrary.load().text();
        } catch (ModelException e) {
            return e.getMessage();
        }
    }

    @Test
    void tellsOfAllGpus() {
        TensorRtLibrary library = new TensorRtLibrary(
                "10.12.0", "12.9", "12.8", List.of(new TensorRtLibrary.Gpu("NVIDIA L4", "8.9", 23_034_000_000L)));
        assertThat(library.text())
                .isEqualTo(
                        "TensorRT 10.12.0, CUDA driver 12.9, runtime 12.8; NVIDIA L4 (compute capability 8.9, 23034 MB)");
    }
}
