package ham.train.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ham.merge.InputException;
import org.junit.jupiter.api.Test;

class ClassOrderTest {
    /** NumPy: {@code np.random.seed(1993); np.random.permutation(100)}. */
    private static final int[] SEED_1993 = {
        68, 56, 78, 8, 23, 84, 90, 65, 74, 76, 40, 89, 3, 92, 55, 9, 26, 80, 43, 38, 58, 70, 77, 1, 85, 19, 17, 50, 28,
        53, 13, 81, 45, 82, 6, 59, 83, 16, 15, 44, 91, 41, 72, 60, 79, 52, 20, 10, 31, 54, 37, 95, 14, 71, 96, 98, 97,
        2, 64, 66, 42, 22, 35, 86, 24, 34, 87, 21, 99, 0, 88, 27, 18, 94, 11, 12, 47, 25, 30, 46, 62, 69, 36, 61, 7, 63,
        75, 5, 32, 4, 51, 48, 73, 93, 39, 67, 29, 49, 57, 33
    };

    @Test
    void isNumPysPermutation() {
        assertThat(ClassOrder.numpy(1993, 100)).containsExactly(SEED_1993);
        assertThat(ClassOrder.numpy(1994, 100)).startsWith(72, 6, 33, 96, 60, 94, 29, 40, 45, 66);
        assertThat(ClassOrder.numpy(1995, 100)).startsWith(91, 18, 57, 73, 66, 71, 68, 61, 44, 54);
        assertThat(ClassOrder.numpy(1993, 200)).startsWith(168, 136, 51, 9, 183, 101, 171, 99, 42, 159);
    }

    @Test
    void isAPermutationForEverySizeAndSeed() {
        for (long seed : new long[] {0, 1, 1993, 4294967295L}) {
            for (int classes : new int[] {1, 2, 3, 10, 64, 65, 1000}) {
                assertThat(ClassOrder.numpy(seed, classes)).containsExactlyInAnyOrder(ClassOrder.natural(classes));
            }
        }
    }

    @Test
    void refusesSeedsThatNumPyRefuses() {
        assertThatThrownBy(() -> ClassOrder.numpy(-1, 10))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("-1");
        assertThatThrownBy(() -> ClassOrder.numpy(4294967296L, 10))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("4294967295");
    }
}
