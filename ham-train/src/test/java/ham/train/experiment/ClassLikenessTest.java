package ham.train.experiment;

import static org.assertj.core.api.Assertions.assertThat;

import ham.train.stream.ClassOrder;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class ClassLikenessTest {
    /** Classes 2k and 2k+1 lie close to one another, and the pairs 0 and 1 far from the pairs 2 and 3. */
    private static final double[][] MEANS = {
        {10, 1, 0}, {10, 1.1, 0}, {10, -1, 0}, {10, -1.1, 0}, {-10, 0, 1}, {-10, 0, 1.1}, {-10, 0, -1}, {-10, 0, -1.1}
    };

    @Test
    void nearestClassesArePartedOrKeptTogether() {
        ClassLikeness likeness = new ClassLikeness(MEANS);
        for (long seed = 0; seed < 20; seed++) {
            int[] order = ClassOrder.numpy(seed, MEANS.length);
            List<Integer> alike = likeness.alike(order);
            for (int i = 0; i < 4; i++) {
                assertThat(alike.get(i) / 2).isEqualTo(alike.get(i + 4) / 2);
            }
            List<Integer> dissimilar = likeness.dissimilar(order);
            Set<Integer> first = Set.copyOf(dissimilar.subList(0, 4));
            assertThat(first).isIn(Set.of(0, 1, 2, 3), Set.of(4, 5, 6, 7));
        }
    }

    @Test
    void everyClassComesOnceWhateverTheirNumber() {
        Random random = new Random(4);
        for (int classes = 2; classes < 12; classes++) {
            double[][] means = new double[classes][3];
            for (double[] mean : means) {
                for (int i = 0; i < mean.length; i++) {
                    mean[i] = random.nextGaussian();
                }
            }
            ClassLikeness likeness = new ClassLikeness(means);
            int[] order = ClassOrder.numpy(classes, classes);
            assertThat(new TreeSet<>(likeness.alike(order))).hasSize(classes);
            assertThat(new TreeSet<>(likeness.dissimilar(order))).hasSize(classes);
            assertThat(likeness.dissimilar(order).get(0)).isEqualTo(order[0]);
        }
    }
}
