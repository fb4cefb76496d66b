package ham.job.doctor;

import ham.merge.InputException;
import ham.train.engine.LibTorch;
import ham.train.engine.TorchEngine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The libraries of NVIDIA's that ham uses on a GPU, by their files: where the dynamic linker looks, and in which version. Nothing is loaded, so a
 * library that is there can still be of no use; whether it works, only trying tells.
 *
 * @param folders where the dynamic linker looks, in its order
 * @param driver the file in which Linux says which driver it has loaded
 */
public record GpuLibraries(List<Path> folders, Path driver) {
    /** Libraries of one product, by the names that the linker wants. */
    private record Part(String label, String product, String advice, List<String> files) {}

    private static final List<Part> PARTS = List.of(
            new Part(
                    "cuda",
                    "CUDA 12",
                    "install the CUDA 12 toolkit or runtime packages",
                    List.of("libcudart.so.12", "libcublas.so.12", "libnvrtc.so.12")),
            new Part("cudnn", "cuDNN 9", "install cuDNN 9 for CUDA 12", List.of("libcudnn.so.9")),
            new Part(
                    "tensorrt-libraries",
                    "TensorRT 10",
                    "install TensorRT 10 for CUDA 12; only native engines and the TensorRT provider need it",
                    List.of("libnvinfer.so.10", "libnvinfer_plugin.so.10", "libnvonnxparser.so.10")));

    /** Those of this machine. */
    public static GpuLibraries here() {
        return new GpuLibraries(TorchEngine.libraryFolders(), Path.of("/proc/driver/nvidia/version"));
    }

    /** Everything that was looked for: driver, CUDA, cuDNN, TensorRT, PyTorch. */
    public List<Finding> findings() {
        List<Finding> findings = new ArrayList<>(List.of(driverFinding()));
        for (Part part : PARTS) {
            findings.add(finding(part));
        }
        findings.add(pytorch());
        findings.add(Finding.yes("pytorch-jni", TorchEngine.jni()));
        return findings;
    }

    private Finding driverFinding() {
        Optional<Path> library = find("libcuda.so.1");
        if (library.isEmpty()) {
            return Finding.no(
                    "nvidia-driver",
                    "libcuda.so.1 is in none of the linker's folders",
                    "install NVIDIA's driver for CUDA 12; in a container, start it with the GPUs passed through");
        }
        if (!Files.isReadable(driver)) {
            return Finding.no(
                    "nvidia-driver",
                    "found " + library.get() + ", but no driver is loaded (" + driver + " is not there)",
                    "load the driver's kernel module, or start the container with the GPUs passed through");
        }
        try (Stream<String> lines = Files.lines(driver)) {
            return Finding.yes(
                    "nvidia-driver", lines.findFirst().orElse("a driver of unknown version") + "; " + library.get());
        } catch (IOException e) {
            throw InputException.unreadable(driver, e);
        }
    }

    private Finding finding(Part part) {
        List<String> missing =
                part.files().stream().filter(file -> find(file).isEmpty()).toList();
        if (missing.isEmpty()) {
            Path first = find(part.files().get(0)).orElseThrow();
            return Finding.yes(part.label(), part.product() + " in " + first.getParent() + version(first));
        }
        return Finding.no(
                part.label(),
                String.join(", ", missing) + (missing.size() == 1 ? " is" : " are")
                        + " in none of the linker's folders",
                part.advice() + ", and name its folder in LD_LIBRARY_PATH where the linker does not look there");
    }

    /** The file that a link ends at says more: {@code libcudart.so.12.8.57}. */
    private static String version(Path library) {
        try {
            String name = library.toRealPath().getFileName().toString();
            return name.equals(library.getFileName().toString()) ? "" : " (" + name + ")";
        } catch (IOException e) {
            return "";
        }
    }

    private Optional<Path> find(String file) {
        return folders.stream()
                .map(folder -> folder.resolve(file))
                .filter(Files::exists)
                .findFirst();
    }

    private static Finding pytorch() {
        try {
            LibTorch library = TorchEngine.library();
            return library.noGpuBecause()
                    .map(reason -> new Finding("pytorch-library", false, library.text(), Optional.of(reason)))
                    .orElseGet(() -> Finding.yes("pytorch-library", library.text()));
        } catch (InputException e) {
            return Finding.no("pytorch-library", e.getMessage(), "see docs/gpu.md");
        }
    }
}
