package ham.merge.combine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ham.merge.adapter.LoraFactors;
import ham.merge.kernel.Kernels;
import ham.merge.method.Laws;
import ham.merge.tensor.Matrix;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The fast products against the sums in double, with buffers that are used again for other shapes. */
class FactorProductsTest {
    private final Random random = new Random(3);

    @Test
    void sumsAsTheControlDoes() {
        for (Kernels kernels : List.of(Kernels.plain(), Kernels.best())) {
            FactorProducts products = new FactorProducts(kernels);
            for (int trial = 0; trial < 100; trial++) {
                int outputs = 1 + random.nextInt(70);
                int inputs = 1 + random.nextInt(70);
                List<Branch> branches = new ArrayList<>();
                int count = 1 + random.nextInt(8);
                for (int i = 0; i < count; i++) {
                    branches.add(
                            new Branch(random.nextDouble() * 3 - 1, factors(outputs, inputs, 1 + random.nextInt(20))));
                }
                requireLikeControl(products, branches);
            }
        }
    }

    @Test
    void sumsMoreRanksThanItsBuffersHold() {
        FactorProducts products = new FactorProducts(Kernels.best());
        List<Branch> branches = new ArrayList<>();
        for (int rank : new int[] {600, 600, 424, 1024, 1, 1500, 3, 3}) {
            branches.add(new Branch(1, factors(9, 33, rank)));
        }
        requireLikeControl(products, branches);
    }

    @Test
    void sumsAreTheSameBitsEachTime() {
        List<Branch> branches = List.of(new Branch(0.5, factors(40, 50, 8)), new Branch(2, factors(40, 50, 5)));
        FactorProducts used = new FactorProducts(Kernels.best());
        used.sum(List.of(new Branch(1, factors(90, 80, 30))));
        assertThat(used.sum(branches)).isEqualTo(new FactorProducts(Kernels.best()).sum(branches));
    }

    @Test
    void theProductLeavesTheScalingOut() {
        FactorProducts products = new FactorProducts(Kernels.best());
        Matrix a = Laws.matrix(random, 3, 7);
        Matrix b = Laws.matrix(random, 5, 3);
        double[] expected = Laws.dense(new LoraFactors(a, b, 1));
        for (double scaling : new double[] {1, -2.5, 0}) {
            float[] product = products.product(new LoraFactors(a, b, scaling));
            for (int i = 0; i < expected.length; i++) {
                assertThat((double) product[i]).isCloseTo(expected[i], within(1e-5));
            }
        }
    }

    private static void requireLikeControl(FactorProducts products, List<Branch> branches) {
        Matrix expected = Deltas.sum(branches);
        assertThat(Laws.largestDifference(products.sum(branches), expected))
                .isLessThanOrEqualTo(1e-6 * Laws.largestEntry(expected));
    }

    private LoraFactors factors(int outputs, int inputs, int rank) {
        return new LoraFactors(
                Laws.matrix(random, rank, inputs), Laws.matrix(random, outputs, rank), 0.1 + 3 * random.nextDouble());
    }
}
