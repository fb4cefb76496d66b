package ham.cli;

import static ham.cli.Cli.ham;
import static ham.cli.Cli.testdata;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import com.fasterxml.jackson.databind.JsonNode;
import ham.cli.console.Failures;
import ham.runtime.backend.Backend;
import ham.runtime.backend.Backends;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.stream.StreamSupport;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BackendOptionsTest {
    private static final Path MODEL = testdata("onnx/colors.onnx");

    @TempDir
    private Path folder;

    private Path image;

    @BeforeEach
    void makeImage() throws IOException {
        image = folder.resolve("image.png");
        ImageIO.write(new BufferedImage(4, 4, BufferedImage.TYPE_INT_RGB), "png", image.toFile());
    }

    @Test
    void autoSaysWhatRunsTheModelAndWhyNothingBetterDoes() {
        assumeFalse(works(Backend.ONNXRUNTIME_CUDA));
        Cli run = ham("run", MODEL, image, "--backend", "auto").succeeds();

        assertThat(run.err().lines())
                .hasSize(3)
                .satisfiesExactly(
                        first -> assertThat(first).startsWith("not on onnxruntime-tensorrt: "),
                        second -> assertThat(second).startsWith("not on onnxruntime-cuda: "),
                        third -> assertThat(third).isEqualTo("running on onnxruntime-cpu"));
        assertThat(run.out())
                .isEqualTo(ham("run", MODEL, image).succeeds().out())
                .isEqualTo(
                        ham("run", MODEL, image, "--backend", "onnxruntime-cpu").out());
    }

    @Test
    void aBackendThatCannotRunIsAnErrorWithItsCause() {
        for (Backend each : new Backend[] {Backend.ONNXRUNTIME_CUDA, Backend.ONNXRUNTIME_TENSORRT, Backend.TENSORRT}) {
            assumeFalse(works(each));
            ham("run", MODEL, image, "--backend", each.label())
                    .failsWith(
                            1,
                            "backend " + each.label(),
                            Failures.oneLine(Backends.status(each).detail()),
                            "ham doctor");
        }
    }

    @Test
    void aBackendOrPrecisionThatThereIsNotIsWrongUsage() {
        ham("run", MODEL, image, "--backend", "gpu").failsWith(2, "--backend", "auto, onnxruntime-tensorrt", "'gpu'");
        ham("run", MODEL, image, "--engine-precision", "fp8")
                .failsWith(2, "--engine-precision", "fp32, tf32, fp16, int8");
        ham("run", MODEL, image, "--backend", "onnxruntime-tensorrt", "--engine-precision", "tf32")
                .failsWith(2, "--engine-precision", "fp32, fp16 or int8", "NVIDIA_TF32_OVERRIDE");
    }

    @Test
    void theDoctorKnowsTheSameBackends() {
        JsonNode backends = ham("doctor", "--json").succeeds().json().get("backends");

        assertThat(StreamSupport.stream(backends.spliterator(), false)
                        .map(each -> each.get("name").asText()))
                .containsExactly(
                        "onnxruntime-cpu",
                        "onnxruntime-cuda",
                        "onnxruntime-tensorrt",
                        "tensorrt",
                        "pytorch-cpu",
                        "pytorch-cuda");
        assertThat(backends.get(3).get("detail").asText())
                .isEqualTo(Backends.status(Backend.TENSORRT).detail());
    }

    @Test
    void anEngineNeedsTensorRt() {
        assumeFalse(works(Backend.TENSORRT));
        Path out = folder.resolve("colors.engine");
        ham("engine", MODEL, "--out", out, "--precision", "fp16", "--batch", "1,8,32")
                .failsWith(1, Failures.oneLine(Backends.status(Backend.TENSORRT).detail()));
        ham("engine", MODEL, "--out", out, "--refit", "old.engine").failsWith(1, "backend tensorrt");
        assertThat(out).doesNotExist();
    }

    @Test
    void wrongOptionsOfAnEngineAreWrongUsage() {
        Path out = folder.resolve("colors.engine");
        ham("engine", MODEL).failsWith(2, "--out");
        ham("engine", MODEL, "--out", out, "--precision", "bf16").failsWith(2, "--precision", "fp32, tf32, fp16, int8");
        ham("engine", MODEL, "--out", out, "--batch", "8,1,32").failsWith(2, "--batch", "8,1,32");
        ham("engine", MODEL, "--out", out, "--workspace", "0").failsWith(2, "--workspace", "found 0");
        ham("engine", MODEL, "--out", out, "--workspace", String.valueOf(1L << 60))
                .failsWith(2, "--workspace");
        ham("engine", MODEL, "--out", out, "--tolerance", "1.5").failsWith(2, "--tolerance", "1.5");
        ham("engine", MODEL, "--out", out, "--refit", "old.engine", "--batch", "1")
                .failsWith(2, "--refit", "--batch");
        ham("engine", MODEL, "--out", image).failsWith(1, "image.png", "--force");
    }

    private static boolean works(Backend backend) {
        return Backends.status(backend).works();
    }
}
