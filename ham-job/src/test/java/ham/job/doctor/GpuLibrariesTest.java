package ham.job.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Folders of a linker, with empty files in the place of libraries. */
@EnabledOnOs(OS.LINUX)
class GpuLibrariesTest {
    @TempDir
    private Path folder;

    private Map<String, Finding> findings() {
        return new GpuLibraries(List.of(folder.resolve("none"), folder), folder.resolve("driver"))
                .findings().stream().collect(Collectors.toMap(Finding::name, each -> each));
    }

    private void create(String... libraries) throws IOException {
        for (String library : libraries) {
            Files.createFile(folder.resolve(library));
        }
    }

    @Test
    void saysWhatAnEmptyMachineLacks() {
        Map<String, Finding> findings = findings();
        assertThat(findings.keySet())
                .containsExactlyInAnyOrder(
                        "nvidia-driver", "cuda", "cudnn", "tensorrt-libraries", "pytorch-library", "pytorch-jni");
        assertThat(findings.get("nvidia-driver").detail()).isEqualTo("libcuda.so.1 is in none of the linker's folders");
        assertThat(findings.get("cuda").detail())
                .isEqualTo("libcudart.so.12, libcublas.so.12, libnvrtc.so.12 are in none of the linker's folders");
        assertThat(findings.get("cudnn").advice())
                .contains(
                        "install cuDNN 9 for CUDA 12, and name its folder in LD_LIBRARY_PATH where the linker does not"
                                + " look there");
    }

    @Test
    void namesTheOneThatIsMissing() throws IOException {
        create("libcudart.so.12", "libnvrtc.so.12");
        assertThat(findings().get("cuda").detail()).isEqualTo("libcublas.so.12 is in none of the linker's folders");
    }

    @Test
    void readsVersionsFromLinksAndTheDriver() throws IOException {
        create("libcuda.so.1", "libcublas.so.12", "libnvrtc.so.12", "libcudart.so.12.8.57");
        Files.createSymbolicLink(folder.resolve("libcudart.so.12"), Path.of("libcudart.so.12.8.57"));
        assertThat(findings().get("nvidia-driver"))
                .returns(false, Finding::found)
                .satisfies(each -> assertThat(each.detail()).endsWith("/driver is not there)"));
        Files.writeString(folder.resolve("driver"), "NVRM version: NVIDIA UNIX 570.86\nGCC version: 12\n");
        assertThat(findings().get("nvidia-driver").detail())
                .isEqualTo("NVRM version: NVIDIA UNIX 570.86; " + folder.resolve("libcuda.so.1"));
        assertThat(findings().get("cuda").detail()).isEqualTo("CUDA 12 in " + folder + " (libcudart.so.12.8.57)");
    }

    /** A link whose target is gone is no library. */
    @Test
    void aDanglingLinkIsMissing() throws IOException {
        Files.createSymbolicLink(folder.resolve("libcudnn.so.9"), Path.of("libcudnn.so.9.7"));
        assertThat(findings().get("cudnn").found()).isFalse();
    }
}
