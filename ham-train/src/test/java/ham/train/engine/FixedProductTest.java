package ham.train.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

class FixedProductTest {
    private static final String MAIN =
            """
            forward(x: Tensor, all: List[Tensor]) -> List[Tensor]:
              return [__torch__.product(x, all[0], all[1], 0, 6)]
            """;

    private final Random random = new Random(3);

    private NDArray normal(NDManager manager, long... shape) {
        Shape size = new Shape(shape);
        float[] values = new float[(int) size.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return manager.create(values, size);
    }

    /** On every processor, whether or not it is chosen there. */
    @Test
    @EnabledOnOs(value = OS.LINUX, architectures = "amd64")
    void oneDnnGivesWhatALinearLayerGives() {
        try (TorchEngine engine = TorchEngine.open("cpu", 1);
                NDManager manager = engine.newManager();
                TorchScript oneDnn = new TorchScript(engine, FixedProduct.ONEDNN, MAIN);
                TorchScript linear = new TorchScript(engine, MixedPrecision.PRODUCT, MAIN)) {
            List<NDArray> x = List.of(normal(manager, 3, 65, 96));
            List<NDArray> layer = List.of(normal(manager, 200, 96), normal(manager, 200));
            NDArray expected = linear.call(false, manager, x, layer).get(0);
            NDArray found = oneDnn.call(false, manager, x, layer).get(0);
            assertThat(found.getShape()).isEqualTo(new Shape(3, 65, 200));
            assertThat(found.sub(expected).abs().max().getFloat()).isCloseTo(0, within(1e-4f));
            assertThat(expected.abs().max().getFloat()).isGreaterThan(10);
        }
    }

    @Test
    void isChosenOnceAnEngine() {
        try (TorchEngine engine = TorchEngine.open("cpu", 1)) {
            assertThat(engine.fixedProduct())
                    .isIn(FixedProduct.ONEDNN, MixedPrecision.PRODUCT)
                    .isSameAs(engine.fixedProduct());
        }
    }
}
