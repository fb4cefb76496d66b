package ham.train.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ham.merge.InputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Folders as pip, the libtorch archive and DJL lay them out, with empty files in the place of libraries. */
@EnabledOnOs(OS.LINUX)
class LibTorchTest {
    private static final LibTorch.Jni JNI = new LibTorch.Jni("2.7.1", "0.36.0", 128);

    @TempDir
    private Path folder;

    private final Map<String, String> settings = new HashMap<>();
    private Path packages;
    private Path lib;

    /** A PyTorch with CUDA as pip installs it. */
    @BeforeEach
    void install() throws IOException {
        packages = folder.resolve("site-packages");
        lib = Files.createDirectories(packages.resolve("torch/lib"));
        Files.createFile(lib.resolve("libtorch.so"));
        Files.createFile(lib.resolve("libtorch_cuda.so"));
        version("2.7.1+cu128", "'12.8'");
        settings.put(LibTorch.LIBRARY_PATH, lib.toString());
    }

    private void version(String version, String cuda) throws IOException {
        Files.writeString(
                packages.resolve("torch/version.py"),
                "__all__ = ['__version__']\n__version__ = '" + version + "'\ncuda: Optional[str] = " + cuda + "\n");
    }

    private LibTorch find(Optional<String> bundled, Path... libraries) {
        return LibTorch.find(
                JNI, new LibTorch.Surroundings(settings::get, bundled, folder.resolve("cache"), List.of(libraries)));
    }

    @Test
    void takesTheNamedFolderBeforeWhatIsBundled() throws IOException {
        Path runtime = Files.createDirectories(packages.resolve("nvidia/cuda_runtime/lib"));
        Files.createFile(runtime.resolve("libcudart.so.12"));
        assertThat(find(Optional.of("2.7.1-20250812")))
                .isEqualTo(new LibTorch(LibTorch.Source.NAMED, Optional.of(lib), "2.7.1", true, Optional.of(runtime)));
    }

    @Test
    void findsTheRuntimeWhereTheLinkerLooks() throws IOException {
        Path linker = Files.createDirectories(folder.resolve("usr/lib"));
        Files.createFile(linker.resolve("libcudart.so.12.8.57"));
        assertThat(find(Optional.empty(), folder.resolve("none"), linker).runtime())
                .contains(linker);
    }

    @Test
    void saysThatTheRuntimeIsMissing() {
        assertThat(find(Optional.empty()).noGpuBecause())
                .contains("no libcudart.so.12 was found beside PyTorch or where the linker looks; set LD_LIBRARY_PATH");
    }

    @Test
    void readsTheVersionOfTheLibtorchArchive() throws IOException {
        Files.delete(packages.resolve("torch/version.py"));
        Files.writeString(packages.resolve("torch/build-version"), "2.7.1+cu128\n");
        assertThat(find(Optional.empty()).version()).isEqualTo("2.7.1");
    }

    @Test
    void knowsAPyTorchWithoutCuda() throws IOException {
        Files.delete(lib.resolve("libtorch_cuda.so"));
        version("2.7.1+cpu", "None");
        LibTorch found = find(Optional.empty());
        assertThat(found.cuda()).isFalse();
        assertThat(found.noGpuBecause()).contains("the PyTorch 2.7.1 in " + lib + " has no libtorch_cuda.so");
    }

    @Test
    void refusesAnotherVersion() throws IOException {
        version("2.11.0+cu130", "'13.0'");
        assertThatThrownBy(() -> find(Optional.of("2.7.1")))
                .isInstanceOf(InputException.class)
                .hasMessage(
                        lib + ": expected PyTorch 2.7.1+cu128, which DJL 0.36.0 has a JNI library for, found"
                                + " 2.11.0+cu130; install it with pip install torch==2.7.1+cu128 from PyTorch's index for CUDA 12.8");
    }

    @Test
    void refusesAnotherCuda() throws IOException {
        version("2.7.1+cu118", "'11.8'");
        assertThatThrownBy(() -> find(Optional.empty()))
                .isInstanceOf(InputException.class)
                .hasMessageStartingWith(lib + ": expected a PyTorch for CUDA 12, as DJL's JNI library is, found one for"
                        + " CUDA 11.8; ");
    }

    @Test
    void refusesAFolderThatDoesNotSayItsVersion() throws IOException {
        Files.delete(packages.resolve("torch/version.py"));
        assertThatThrownBy(() -> find(Optional.empty()))
                .isInstanceOf(InputException.class)
                .hasMessage(lib + ": expected a version.py or build-version beside it that says which PyTorch this is,"
                        + " found neither; set PYTORCH_VERSION");
        settings.put(LibTorch.VERSION, "2.7.1");
        assertThat(find(Optional.empty()).version()).isEqualTo("2.7.1");
    }

    /** DJL would go on with the bundled one in silence. */
    @Test
    void refusesAFolderAboveTheRightOne() {
        settings.put(LibTorch.LIBRARY_PATH, packages.toString());
        assertThatThrownBy(() -> find(Optional.of("2.7.1")))
                .isInstanceOf(InputException.class)
                .hasMessage("PYTORCH_LIBRARY_PATH: expected a folder with libtorch.so, found none in " + packages
                        + "; there is one in " + lib + ", name that folder");
        settings.put(LibTorch.LIBRARY_PATH, folder.resolve("nowhere").toString());
        assertThatThrownBy(() -> find(Optional.of("2.7.1")))
                .hasMessageEndingWith("; of a pip-installed PyTorch it is site-packages/torch/lib");
    }

    @Test
    void takesWhatIsBundled() {
        settings.clear();
        LibTorch found = find(Optional.of("2.7.1-20250812"));
        assertThat(found.text()).isEqualTo("PyTorch 2.7.1 for CPUs, bundled");
        assertThat(found.noGpuBecause()).hasValueSatisfying(reason -> assertThat(reason)
                .startsWith("the PyTorch 2.7.1 of this build is one for CPUs; a build with -Pgpu"));
    }

    @Test
    void takesDjlsCacheAndElseADownload() throws IOException {
        settings.clear();
        assertThat(find(Optional.empty()).source()).isEqualTo(LibTorch.Source.DOWNLOAD);
        Path cached = Files.createDirectories(folder.resolve("cache/2.7.1-cu128-linux-x86_64"));
        Files.createFile(cached.resolve("libtorch.so"));
        assertThat(find(Optional.empty()))
                .returns(LibTorch.Source.CACHED, LibTorch::source)
                .returns(Optional.of(cached), LibTorch::folder);
    }

    /** The JNI library that the build has is made for the PyTorch that the build has. */
    @Test
    void theBuildsOwnPartsBelongTogether() {
        assertThat(NativeTorch.jni().version()).isEqualTo(TorchEngine.library().version());
        assertThat(NativeTorch.class
                        .getClassLoader()
                        .getResource("jnilib/linux-x86_64/" + NativeTorch.jni().flavor() + "/libdjl_torch.so"))
                .isNotNull();
    }
}
