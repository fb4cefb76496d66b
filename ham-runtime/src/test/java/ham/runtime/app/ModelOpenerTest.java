package ham.runtime.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import ham.runtime.ModelException;
import ham.runtime.backend.Backend;
import ham.runtime.backend.Backends;
import ham.runtime.backend.Provider;
import ham.runtime.model.Model;
import ham.runtime.model.SessionSettings;
import ham.runtime.tensorrt.TensorRtEngines;
import ham.runtime.tensorrt.engine.EnginePrecision;
import ham.testing.TestData;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ModelOpenerTest {
    private final List<String> told = new ArrayList<>();

    @Test
    void opensOnTheCpuUnlessAskedOtherwise() {
        ModelOpener opener = new ModelOpener(ModelOpener.BY_DEFAULT, 1);
        TensorRtEngines engines = new TensorRtEngines((stage, elapsed) -> told.add(stage), told::add);

        try (Model model = opener.open(TestData.path("onnx/colors.onnx"), engines, told::add)) {
            assertThat(model.provider()).isEqualTo("CPUExecutionProvider");
        }
        assertThat(opener.settings(told::add)).isEqualTo(new SessionSettings(1).on(new Provider.Cpu()));
        assertThat(told).isEmpty();
        assertThat(opener.engines()).endsWithRaw(Path.of("ham", "engines"));
    }

    @Test
    void wrongOptionsAreRefusedBeforeAnythingIsTried() {
        assertThatThrownBy(() -> new ModelOpener("gpu", 0))
                .isInstanceOf(ModelException.class)
                .hasMessage(
                        "backend: expected one of auto, onnxruntime-tensorrt, onnxruntime-cuda, onnxruntime-cpu, tensorrt, found 'gpu'");
        assertThatThrownBy(() -> new ModelOpener("auto", -1))
                .isInstanceOf(ModelException.class)
                .hasMessageStartingWith("threads: ");
        assertThatThrownBy(() -> new ModelOpener("onnxruntime-tensorrt", 0, EnginePrecision.TF32, Path.of("engines")))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("expected fp32, fp16 or int8 with onnxruntime-tensorrt, found tf32");
        assertThat(new ModelOpener("tensorrt", 0, EnginePrecision.TF32, Path.of("engines")).precision())
                .isEqualTo(EnginePrecision.TF32);
        assertThatThrownBy(() -> new ModelOpener("tensorrt", 0).settings(told::add))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("found tensorrt");
    }

    @Test
    void aBackendThatDoesNotWorkIsToldWithItsCause() {
        assumeFalse(Backends.status(Backend.ONNXRUNTIME_CUDA).works());
        assertThatThrownBy(() -> new ModelOpener("onnxruntime-cuda", 0).settings(told::add))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("backend onnxruntime-cuda");
        assertThat(new ModelOpener("auto", 0).settings(told::add).provider()).isEqualTo(new Provider.Cpu());
        assertThat(told).last().isEqualTo("running on onnxruntime-cpu");
    }
}
