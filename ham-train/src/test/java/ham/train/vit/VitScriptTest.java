package ham.train.vit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ham.train.engine.MixedPrecision;
import ham.train.engine.TorchEngine;
import ham.train.engine.TorchScript;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class VitScriptTest {
    private static final int ROWS = 400;
    private static final int IN = 32;
    private static final int OUT = 8;

    /** Base weights are numbers of bf16, and the delta is less than half of the distance to the next one. */
    @Test
    void aDeltaThatBf16CannotResolveCountsInExactLayersOnly() {
        Random random = new Random(5);
        float[] x = new float[ROWS * IN];
        for (int i = 0; i < x.length; i++) {
            x[i] = (float) random.nextGaussian();
        }
        float[] base = new float[OUT * IN];
        float[] changed = new float[OUT * IN];
        for (int i = 0; i < base.length; i++) {
            base[i] = (128 + random.nextInt(127)) / 256f;
            changed[i] = base[i] + (random.nextFloat() - 0.5f) / 1024;
        }
        try (TorchEngine engine = TorchEngine.open("cpu", 1);
                NDManager manager = engine.newManager()) {
            assertThat(slope(engine, manager, x, base, changed, 1)).isCloseTo(1, within(0.2));
            assertThat(slope(engine, manager, x, base, changed, 0)).isZero();
        }
    }

    /** How much of the change {@code x (changed - base)^T} is in the difference of the two products: 1 all, 0 nothing. */
    private static double slope(
            TorchEngine engine, NDManager manager, float[] x, float[] base, float[] changed, int exact) {
        try (TorchScript script = new TorchScript(
                engine,
                MixedPrecision.PRODUCT + VitScript.FUNCTIONS,
                "forward(x: Tensor, w: List[Tensor], b: List[Tensor]) -> List[Tensor]:\n"
                        + "  return [torch.to(__torch__.product(torch.to(x, 15), w[0], b[0], " + exact
                        + ", 15), 6)]\n")) {
            float[] before = product(script, manager, x, base);
            float[] after = product(script, manager, x, changed);
            double shared = 0;
            double size = 0;
            for (int row = 0; row < ROWS; row++) {
                for (int out = 0; out < OUT; out++) {
                    double change = 0;
                    for (int k = 0; k < IN; k++) {
                        change += (double) x[row * IN + k] * (changed[out * IN + k] - base[out * IN + k]);
                    }
                    shared += change * (after[row * OUT + out] - before[row * OUT + out]);
                    size += change * change;
                }
            }
            return shared / size;
        }
    }

    private static float[] product(TorchScript script, NDManager manager, float[] x, float[] weight) {
        NDArray input = manager.create(x, new Shape(ROWS, IN));
        NDArray w = manager.create(weight, new Shape(OUT, IN));
        NDArray bias = manager.create(new float[OUT]);
        return script.call(false, manager, List.of(input), List.of(w), List.of(bias))
                .get(0)
                .toFloatArray();
    }
}
