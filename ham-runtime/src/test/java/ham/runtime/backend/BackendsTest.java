package ham.runtime.backend;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnxruntime.OrtException;
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
    void saysWhyThereIsNoGpu() {
        List<BackendStatus> statuses = Backends.probe();

        assertThat(statuses)
                .extracting(BackendStatus::name)
                .containsExactly("onnxruntime-cpu", "onnxruntime-cuda", "onnxruntime-tensorrt");
        assertThat(statuses.get(1).works()).isFalse();
        assertThat(statuses.get(1).detail())
                .isEqualTo("this build of ONNX Runtime holds no such provider (Failed to find CUDA shared provider);"
                        + " com.microsoft.onnxruntime:onnxruntime_gpu has it");
        assertThat(statuses.get(2).detail()).contains("Failed to find TensorRT shared provider");
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
