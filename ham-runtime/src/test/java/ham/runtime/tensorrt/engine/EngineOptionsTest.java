package ham.runtime.tensorrt.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ham.runtime.ModelException;
import ham.runtime.tensor.TensorSpec;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EngineOptionsTest {
    private static final EngineKey KEY =
            new EngineKey("aa", "GPU", "8.9", "10.12.0", "12.9", "fp16", "1,8,32", 1L << 30, true);

    @Test
    void batchesAreReadAsTheyAreWritten() {
        assertThat(BatchRange.of("1,8,32")).isEqualTo(new BatchRange(1, 8, 32));
        assertThat(BatchRange.of(" 4 ")).isEqualTo(new BatchRange(4, 4, 4));
        assertThat(BatchRange.of("4").sizes()).containsExactly(4);
        assertThat(BatchRange.of(new BatchRange(2, 3, 5).text())).isEqualTo(new BatchRange(2, 3, 5));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "0", "-1", "1,2", "1,2,3,4", "2,1,3", "1,3,2", "a", "1,,3", "1.5", "99999999999"})
    void batchesInNoOrderAreRefused(String text) {
        assertThatThrownBy(() -> BatchRange.of(text))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("found");
    }

    @Test
    void onlyTheBatchMayVary() {
        TensorSpec image = new TensorSpec("x", "uint8", List.of(-1L, -1L, -1L, 3L), List.of("n", "h", "w", ""));
        assertThatThrownBy(() -> new BatchRange(1, 1, 1).check("m.onnx", image))
                .hasMessage(
                        "m.onnx: expected an input whose first dimension alone may vary, found x of shape [n, h, w, 3];"
                                + " export it with a fixed image size.");
    }

    @Test
    void aWorkspaceOfNothingIsRefused() {
        assertThatThrownBy(() -> new EngineOptions(EnginePrecision.FP32, new BatchRange(1, 1, 1), 0, true))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("workspace");
    }

    @Test
    void everyPartOfTheKeyChangesTheFileName() {
        Set<String> names = Stream.of(
                        KEY,
                        KEY.withModel("bb"),
                        new EngineKey("aa", "GPU2", "8.9", "10.12.0", "12.9", "fp16", "1,8,32", 1L << 30, true),
                        new EngineKey("aa", "GPU", "9.0", "10.12.0", "12.9", "fp16", "1,8,32", 1L << 30, true),
                        new EngineKey("aa", "GPU", "8.9", "10.13.0", "12.9", "fp16", "1,8,32", 1L << 30, true),
                        new EngineKey("aa", "GPU", "8.9", "10.12.0", "12.8", "fp16", "1,8,32", 1L << 30, true),
                        new EngineKey("aa", "GPU", "8.9", "10.12.0", "12.9", "int8", "1,8,32", 1L << 30, true),
                        new EngineKey("aa", "GPU", "8.9", "10.12.0", "12.9", "fp16", "1,8,16", 1L << 30, true),
                        new EngineKey("aa", "GPU", "8.9", "10.12.0", "12.9", "fp16", "1,8,32", 1L << 29, true),
                        new EngineKey("aa", "GPU", "8.9", "10.12.0", "12.9", "fp16", "1,8,32", 1L << 30, false))
                .map(EngineKey::fileName)
                .collect(Collectors.toSet());

        assertThat(names).hasSize(10).allMatch(name -> name.matches("[0-9a-f]{16}\\.engine"));
    }

    @Test
    void parityIsAFractionOfTheRangeAndFinite() {
        float[] reference = {0, 1, 2, 10, 5, 3};
        assertThat(EngineParity.of(reference, new float[] {0, 1, 2.05f, 10, 5, 3}, 2, 0.01))
                .satisfies(parity -> {
                    assertThat(parity.passed()).isTrue();
                    assertThat(parity.tolerance()).isEqualTo(0.1);
                    assertThat(parity.maxAbs()).isCloseTo(0.05, Offset.offset(1e-6));
                    assertThat(parity.top1()).isEqualTo(1);
                });
        EngineParity other = EngineParity.of(reference, new float[] {3, 1, 2, 10, 5, 3}, 2, 0.01);
        assertThat(other.passed()).isFalse();
        assertThat(other.top1()).isEqualTo(0.5);
        for (float wrong : new float[] {Float.NaN, Float.POSITIVE_INFINITY}) {
            assertThat(EngineParity.of(reference, new float[] {wrong, 1, 2, 10, 5, 3}, 2, 1)
                            .passed())
                    .isFalse();
            assertThat(EngineParity.of(new float[] {wrong, 1}, new float[] {wrong, 1}, 1, 1)
                            .passed())
                    .isFalse();
        }
    }
}
