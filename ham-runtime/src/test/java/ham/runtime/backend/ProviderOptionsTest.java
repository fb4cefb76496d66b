package ham.runtime.backend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession.SessionOptions;
import ham.runtime.ModelException;
import ham.testing.TestData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProviderOptionsTest {
    @Test
    void tensorRtKeepsEnginesAndTimingsInTheFolder(@TempDir Path folder) {
        Provider.TensorRt provider = new Provider.TensorRt(0, Optional.of(folder), true, false);
        Path engines = folder.resolve("one");
        assertThat(ProviderOptions.ofTensorRt(provider, Optional.of(engines)))
                .containsEntry("trt_fp16_enable", "1")
                .containsEntry("trt_int8_enable", "0")
                .containsEntry("trt_engine_cache_enable", "1")
                .containsEntry("trt_engine_cache_path", engines.toString())
                .containsEntry("trt_timing_cache_path", folder.toString());
        assertThat(ProviderOptions.ofTensorRt(provider, Optional.empty()))
                .containsEntry("trt_timing_cache_path", folder.toString())
                .doesNotContainKeys("trt_engine_cache_enable", "trt_engine_cache_path");
        assertThat(ProviderOptions.ofTensorRt(
                        new Provider.TensorRt(0, Optional.empty(), false, false), Optional.empty()))
                .containsOnlyKeys("trt_fp16_enable", "trt_int8_enable");
    }

    @Test
    void everyMergeHasAFolderOfItsOwnForEngines(@TempDir Path folder) throws IOException {
        Provider.TensorRt provider = new Provider.TensorRt(0, Optional.of(folder), false, false);
        Path first = folder.resolve("a/model.onnx");
        Path second = folder.resolve("b/model.onnx");
        for (Path model : List.of(first, second)) {
            Files.createDirectories(model.getParent());
            Files.copy(TestData.path("onnx-exports/timm-sdpa/ts17_external.onnx"), model);
            Files.copy(
                    TestData.path("onnx-exports/timm-sdpa/ts17_external.onnx.data"),
                    model.resolveSibling("ts17_external.onnx.data"));
        }
        Optional<Path> engines = ProviderOptions.engines(provider, Optional.of(first));
        assertThat(engines).get().matches(found -> found.getParent().equals(folder));
        assertThat(ProviderOptions.engines(provider, Optional.of(second))).isEqualTo(engines);

        Path weights = second.resolveSibling("ts17_external.onnx.data");
        byte[] bytes = Files.readAllBytes(weights);
        bytes[0] ^= 1;
        Files.write(weights, bytes);
        assertThat(ProviderOptions.engines(provider, Optional.of(second))).isNotEqualTo(engines);
        assertThat(ProviderOptions.engines(provider, Optional.empty())).isEmpty();
    }

    @Test
    void aSessionThatMayNotUseTheCpuIsRefusedThere() throws OrtException {
        try (SessionOptions options = new SessionOptions()) {
            Backends.runAddition(OnnxRuntime.environment(), options);
            ProviderOptions.refuseCpu(options);
            assertThatThrownBy(() -> Backends.runAddition(OnnxRuntime.environment(), options))
                    .isInstanceOf(OrtException.class)
                    .hasMessageContaining("fallback to CPU EP has been explicitly disabled");
        }
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
            assertThatThrownBy(() -> ProviderOptions.apply(provider, options, Optional.empty()))
                    .isInstanceOf(ModelException.class)
                    .hasMessageContaining("expected a folder for engines");
        }
    }
}
