package ham.runtime.backend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnxruntime.OrtSession.SessionOptions;
import ham.runtime.ModelException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProviderOptionsTest {
    @Test
    void tensorRtKeepsEnginesAndTimingsInTheFolder(@TempDir Path folder) {
        assertThat(ProviderOptions.ofTensorRt(new Provider.TensorRt(0, Optional.of(folder), true, false)))
                .containsEntry("trt_fp16_enable", "1")
                .containsEntry("trt_int8_enable", "0")
                .containsEntry("trt_engine_cache_enable", "1")
                .containsEntry("trt_engine_cache_path", folder.toString())
                .containsEntry("trt_timing_cache_path", folder.toString());
        assertThat(ProviderOptions.ofTensorRt(new Provider.TensorRt(0, Optional.empty(), false, false)))
                .containsOnlyKeys("trt_fp16_enable", "trt_int8_enable");
    }

    @Test
    void cudaCalculatesFloat32AsTheCpuDoes() {
        assertThat(ProviderOptions.ofCuda())
                .containsEntry("use_tf32", "0")
                .containsEntry("cudnn_conv_algo_search", "HEURISTIC");
    }

    @Test
    void aFolderForEnginesThatCannotBeMadeIsTold(@TempDir Path folder) throws Exception {
        Path file = Files.createFile(folder.resolve("file"));
        Provider provider = new Provider.TensorRt(0, Optional.of(file.resolve("engines")), false, false);
        try (SessionOptions options = new SessionOptions()) {
            assertThatThrownBy(() -> ProviderOptions.apply(provider, options))
                    .isInstanceOf(ModelException.class)
                    .hasMessageContaining("expected a folder for engines");
        }
    }
}
