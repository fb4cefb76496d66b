package ham.train.engine;

import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.Arrays;
import java.util.List;

/**
 * Linear layers of a network in float32 that nothing is differentiated through.
 *
 * <p>PyTorch multiplies float32 by MKL, whose AVX-512 kernels run on Intel's processors alone; oneDNN, which is in PyTorch too, has kernels for all. On
 * an AMD Zen 5 it takes half of the time. It has no gradients, so training does not use it.
 */
final class FixedProduct {
    /** {@link MixedPrecision#PRODUCT} in float32, without its mixed formats, by an operator of PyTorch for compiled networks. */
    static final String ONEDNN =
            """
            def product(x: Tensor, w: Tensor, b: Tensor, exact: int, dtype: int) -> Tensor:
              return ops.mkldnn._linear_pointwise(x, w, b, "none", annotate(List[Optional[number]], []), "")

            """;

    private FixedProduct() {}

    /** The definition of {@code product} that is faster here. */
    static String choose(TorchEngine engine) {
        boolean faster = !engine.device().isGpu() && Processor.HERE.hasAvx512WithoutMkl();
        return faster && works(engine) ? ONEDNN : MixedPrecision.PRODUCT;
    }

    /** Not every build of PyTorch has oneDNN, and the operator is none that PyTorch promises to keep. */
    private static boolean works(TorchEngine engine) {
        try (TorchScript script = new TorchScript(
                        engine,
                        ONEDNN,
                        """
                        forward(x: Tensor, all: List[Tensor]) -> List[Tensor]:
                          return [__torch__.product(x, all[0], all[1], 0, 6)]
                        """);
                NDManager manager = engine.newManager()) {
            NDArray x = manager.create(new float[] {1, 2}, new Shape(1, 2));
            NDArray weight = manager.create(new float[] {3, 4, 5, 6}, new Shape(2, 2));
            NDArray bias = manager.create(new float[] {7, 8});
            float[] found = script.call(false, manager, List.of(x), List.of(weight, bias))
                    .get(0)
                    .toFloatArray();
            return Arrays.equals(found, new float[] {18, 25});
        } catch (EngineException | IllegalStateException e) {
            return false;
        }
    }
}
