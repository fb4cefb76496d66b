package ham.train.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ham.merge.InputException;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class TorchEngineTest {
    private static final LibTorch CPU_BUILD =
            new LibTorch(LibTorch.Source.BUNDLED, Optional.empty(), "2.7.1", false, Optional.empty());

    @Test
    void choosesTheFirstGpuOnlyWhereThereIsOne() {
        assertThat(TorchEngine.choose("auto", 0, CPU_BUILD)).isEqualTo(Device.cpu());
        assertThat(TorchEngine.choose("auto", 2, CPU_BUILD)).isEqualTo(Device.gpu(0));
        assertThat(TorchEngine.choose("cpu", 2, CPU_BUILD)).isEqualTo(Device.cpu());
        assertThat(TorchEngine.choose("gpu:1", 2, CPU_BUILD)).isEqualTo(Device.gpu(1));
    }

    @Test
    void saysThatAGpuIsNotThere() {
        assertThatThrownBy(() -> TorchEngine.choose("gpu:0", 0, CPU_BUILD))
                .isInstanceOf(InputException.class)
                .hasMessage(
                        "device: expected a CUDA GPU for 'gpu:0', found none: the PyTorch 2.7.1 of this build is one for CPUs; a build with -Pgpu, or PYTORCH_LIBRARY_PATH at a PyTorch with CUDA, changes that; use cpu or auto");
        assertThatThrownBy(() -> TorchEngine.choose("gpu:2", 2, CPU_BUILD))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("found 2");
        assertThatThrownBy(() -> TorchEngine.choose("tpu", 0, CPU_BUILD))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("'tpu'");
        assertThatThrownBy(() -> TorchEngine.open("cpu", -1)).isInstanceOf(InputException.class);
    }

    @Test
    void choosesAPrecisionThatTheDeviceHas() {
        assertThat(MixedPrecision.choose("fp32", false)).isEqualTo(MixedPrecision.FP32);
        assertThat(MixedPrecision.choose("bf16", false)).isEqualTo(MixedPrecision.BF16);
        assertThat(MixedPrecision.choose("fp16", true)).isEqualTo(MixedPrecision.FP16);
        assertThat(MixedPrecision.choose("auto", true)).isEqualTo(MixedPrecision.BF16);
        assertThat(MixedPrecision.choose("auto", false)).isIn(MixedPrecision.FP32, MixedPrecision.BF16);
        assertThatThrownBy(() -> TorchEngine.open("cpu", 1, "fp16"))
                .isInstanceOf(InputException.class)
                .hasMessage("precision: expected fp32 or bf16 on a CPU, found fp16, which is for GPUs; choose auto");
        assertThatThrownBy(() -> TorchEngine.open("cpu", 1, "fp8"))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("found 'fp8'");
    }

    @Test
    void aProgramTakesListsAndDifferentiates() {
        String main =
                """
                forward(x: Tensor, all: List[Tensor]) -> List[Tensor]:
                  y = torch.requires_grad_(torch.detach(x))
                  found = torch.grad([torch.sum(torch.mul(y, __torch__.total(all)))], [y], annotate(Optional[List[Optional[Tensor]]], None), None, False, False)
                  return [torch._unwrap_optional(found[0])]
                """;
        String functions =
                """
                def total(all: List[Tensor]) -> Tensor:
                  sum = all[0]
                  for i in range(torch.len(all) - 1):
                    sum = torch.add(sum, all[i + 1])
                  return sum

                """;
        try (TorchEngine engine = TorchEngine.open("cpu", 0);
                NDManager manager = engine.newManager();
                TorchScript script = new TorchScript(engine, functions, main)) {
            NDArray x = manager.create(new float[] {2, 3});
            NDArray y = manager.create(new float[] {4, 5});
            NDArray z = manager.create(new float[] {2, 3});
            assertThat(script.call(true, manager, List.of(x), List.of(y, z, y))
                            .get(0)
                            .toFloatArray())
                    .containsExactly(10, 13);
        }
    }

    @Test
    void setsThreads() {
        try (TorchEngine engine = TorchEngine.open("cpu", 1)) {
            assertThat(engine.description()).startsWith("PyTorch 2.").endsWith(", cpu, 1 threads");
        }
        TorchEngine.open("cpu", Runtime.getRuntime().availableProcessors()).close();
    }

    @Test
    void runsAFunctionWrittenAsText() {
        try (TorchEngine engine = TorchEngine.open("cpu", 0);
                NDManager manager = engine.newManager();
                TorchScript script = new TorchScript(
                        engine, "a, b", "Tuple[Tensor, Tensor]", "c = torch.mul(a, b)\nreturn (c, torch.neg(c))")) {
            NDArray two = manager.create(new double[] {2, 3});
            assertThat(script.run(manager, two, two).get(0).toDoubleArray()).containsExactly(4, 9);
            assertThat(script.run(manager, two, two).get(1).toDoubleArray()).containsExactly(-4, -9);
        }
    }

    @Test
    void showsTheFunctionThatWasRefused() {
        try (TorchEngine engine = TorchEngine.open("cpu", 0)) {
            assertThatThrownBy(() -> new TorchScript(engine, "a", "Tensor", "return torch.no_such_operator(a)"))
                    .hasStackTraceContaining("no_such_operator");
        }
    }
}
