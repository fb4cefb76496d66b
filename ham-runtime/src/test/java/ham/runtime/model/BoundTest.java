package ham.runtime.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ham.runtime.ModelException;
import ham.runtime.backend.Provider;
import ham.runtime.tensor.Tensor;
import ham.testing.TestData;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;

class BoundTest {
    private static final SessionSettings ONE_THREAD = new SessionSettings(1);

    @Test
    void givesWhatAnUnboundRunGives() {
        float[] pixels = Safetensors.read("hf-vit-tiny/inputs.safetensors", "pixel_values")
                .floats();
        try (Model model = OnnxModel.open(TestData.path("onnx-exports/hf-sdpa/ts17.onnx"), ONE_THREAD);
                Bound bound = model.bind(4, 3, 32, 32)) {
            for (int part = 0; part < 2; part++) {
                float[] half = Arrays.copyOfRange(pixels, part * pixels.length / 2, (part + 1) * pixels.length / 2);
                bound.inputFloats().clear().put(half);
                bound.run();

                float[] found = new float[40];
                bound.output().clear().get(found);
                Tensor expected = model.run(Map.of("pixel_values", Tensor.of(half, 4, 3, 32, 32)))
                        .get("logits");
                assertThat(found).isEqualTo(expected.floats());
                assertThat(bound.outputs()).containsExactly(expected);
            }
        }
    }

    @Test
    void refusesWhatTheModelDoesNotTakeAndRunsAfterClosing() {
        Model model = OnnxModel.open(TestData.path("onnx/colors.onnx"), ONE_THREAD);
        assertThatThrownBy(() -> model.bind(1, 3, 4, 4))
                .isInstanceOf(ModelException.class)
                .hasMessageEndingWith("expected pixel_values to be of shape [batch, 3, 2, 2], found [1, 3, 4, 4].");
        assertThatThrownBy(() -> model.bind(0, 3, 2, 2)).isInstanceOf(ModelException.class);
        assertThatThrownBy(() -> model.bind(1L << 40, 3, 2, 2))
                .isInstanceOf(ModelException.class)
                .hasMessageStartingWith("Expected a tensor of at most 2 GB");
        Bound bound = model.bind(1, 3, 2, 2);
        Bound other = model.bind(1, 3, 2, 2);
        other.close();
        other.close();
        model.close();

        assertThatThrownBy(bound::run).isInstanceOf(IllegalStateException.class).hasMessageContaining("was closed");
        assertThatThrownBy(other::run).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> model.bind(1, 3, 2, 2)).isInstanceOf(IllegalStateException.class);
        bound.close();
        try (Model add = OnnxModel.open(TestData.path("onnx/add.onnx"), ONE_THREAD)) {
            assertThatThrownBy(() -> add.bind(2))
                    .isInstanceOf(ModelException.class)
                    .hasMessageEndingWith("expected a model of one input, found inputs [a, b].");
        }
    }

    @Test
    void tellsWhyAProviderDoesNotWork() {
        assertThatThrownBy(
                        () -> OnnxModel.open(TestData.path("onnx/colors.onnx"), ONE_THREAD.on(new Provider.Cuda(99))))
                .isInstanceOf(ModelException.class)
                .hasMessageStartingWith(
                        "Backend cuda: expected ONNX Runtime's CUDAExecutionProvider, but it does not work");
    }
}
