package ham.train.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ham.merge.InputException;
import org.junit.jupiter.api.Test;

class TorchEngineTest {
    @Test
    void choosesTheFirstGpuOnlyWhereThereIsOne() {
        assertThat(TorchEngine.choose("auto", 0)).isEqualTo(Device.cpu());
        assertThat(TorchEngine.choose("auto", 2)).isEqualTo(Device.gpu(0));
        assertThat(TorchEngine.choose("cpu", 2)).isEqualTo(Device.cpu());
        assertThat(TorchEngine.choose("gpu:1", 2)).isEqualTo(Device.gpu(1));
    }

    @Test
    void saysThatAGpuIsNotThere() {
        assertThatThrownBy(() -> TorchEngine.choose("gpu:0", 0))
                .isInstanceOf(InputException.class)
                .hasMessage("device: expected a CUDA GPU for 'gpu:0', found none; use cpu or auto");
        assertThatThrownBy(() -> TorchEngine.choose("gpu:2", 2))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("found 2");
        assertThatThrownBy(() -> TorchEngine.choose("tpu", 0))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("'tpu'");
        assertThatThrownBy(() -> TorchEngine.open("cpu", -1)).isInstanceOf(InputException.class);
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
