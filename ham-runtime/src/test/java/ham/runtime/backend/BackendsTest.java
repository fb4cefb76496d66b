package ham.runtime.backend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.onnxruntime.OrtException;
import ham.runtime.ModelException;
import java.util.List;
import org.junit.jupiter.api.Test;

class BackendsTest {
    @Test
    void runsATestGraphOnTheCpu() {
        BackendStatus cpu = Backends.probe().get(0);

        assertThat(cpu)
                .isEqualTo(new BackendStatus(
                        "onnxruntime-cpu", true, "ONNX Runtime " + OnnxRuntime.version() + " ran a test graph on it"));
    }

    @Test
    void saysOfEveryBackendWhetherItWorks() {
        List<BackendStatus> statuses = Backends.probe();

        assertThat(statuses)
                .extracting(BackendStatus::name)
                .containsExactly("onnxruntime-cpu", "onnxruntime-cuda", "onnxruntime-tensorrt", "tensorrt");
        assertThat(statuses).allMatch(each -> !each.detail().isBlank());
        assertThat(Backends.probe()).isEqualTo(statuses);
    }

    /** The build that everybody takes; on one with -Pgpu there is nothing to show here. */
    @Test
    void aBuildForTheCpuSaysWhatHoldsTheRest() {
        assumeTrue(getClass().getResource("/ai/onnxruntime/native/linux-x64/libonnxruntime_providers_cuda.so") == null);

        assertThat(Backends.status(Backend.ONNXRUNTIME_CUDA).detail())
                .isEqualTo("this build of ONNX Runtime holds no such provider (Failed to find CUDA shared provider);"
                        + " a build with -Pgpu has it");
        assertThat(Backends.status(Backend.ONNXRUNTIME_TENSORRT).detail())
                .contains("Failed to find TensorRT shared provider");
        assertThat(Backends.status(Backend.TENSORRT).detail())
                .startsWith("this build holds no native libraries of CUDA and TensorRT for ");
        BackendChoice best = Backends.best();
        assertThat(best.backend()).isEqualTo(Backend.ONNXRUNTIME_CPU);
        assertThat(best.passedOver())
                .extracting(BackendStatus::name)
                .containsExactly("onnxruntime-tensorrt", "onnxruntime-cuda");
        assertThatThrownBy(() -> Backends.require(Backend.ONNXRUNTIME_CUDA))
                .isInstanceOf(ModelException.class)
                .hasMessageContainingAll(
                        "backend onnxruntime-cuda", "Failed to find CUDA shared provider", "ham doctor");
    }

    @Test
    void knowsItsVersion() {
        assertThat(OnnxRuntime.version()).matches("\\d+\\.\\d+\\.\\d+");
    }

    @Test
    void reducesAMessageToItsCore() {
        assertThat(
                        OnnxRuntime.reason(
                                new OrtException(
                                        "Error code - ORT_INVALID_PROTOBUF - message: Load model from /a/b c.onnx failed:Protobuf parsing failed.")))
                .isEqualTo("Protobuf parsing failed");
        assertThat(OnnxRuntime.reason(new OrtException(
                        "Load model from empty.onnx failed:/onnxruntime_src/onnxruntime/core/graph/model.cc:177"
                                + " onnxruntime::Model::Model(onnx::ModelProto&&, const onnxruntime::PathString&) ModelProto"
                                + " does not have a graph.\n")))
                .isEqualTo("ModelProto does not have a graph");
    }
}
