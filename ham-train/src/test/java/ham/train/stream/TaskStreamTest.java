package ham.train.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ham.merge.InputException;
import ham.runtime.image.RgbImage;
import ham.train.data.ImageSet;
import java.math.BigDecimal;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class TaskStreamTest {
    @Test
    void beginsWithALargerTask() {
        TaskStream stream = new TaskStream(ClassOrder.natural(100), 6, 50);
        assertThat(stream.firstPosition(0)).isZero();
        for (int task = 0; task < 6; task++) {
            assertThat(stream.seen(task)).isEqualTo(50 + 10 * task);
        }
        assertThat(new TaskStream(ClassOrder.natural(4), 1, 2).seen(0)).isEqualTo(4);
        assertThatThrownBy(() -> new TaskStream(ClassOrder.natural(4), 3, 3))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("initial-classes: expected 0 to 2 of 4 classes");
    }

    @Test
    void cutsClassesByIntegerDivision() {
        TaskStream stream = new TaskStream(new int[] {6, 5, 4, 3, 2, 1, 0}, 3);
        assertThat(stream.labels(0)).containsExactly(6, 5);
        assertThat(stream.labels(1)).containsExactly(4, 3);
        assertThat(stream.labels(2)).containsExactly(2, 1, 0);
        assertThat(stream.seen(1)).isEqualTo(4);
        assertThat(stream.firstPosition(2)).isEqualTo(4);
        assertThat(stream.position(0)).isEqualTo(6);
    }

    @Test
    void everyClassBelongsToExactlyOneTask() {
        for (int classes = 1; classes < 30; classes++) {
            for (int tasks = 1; tasks <= classes; tasks++) {
                TaskStream stream = new TaskStream(ClassOrder.numpy(classes, classes), tasks);
                int[] joined = IntStream.range(0, tasks)
                        .flatMap(task -> IntStream.of(stream.labels(task)))
                        .toArray();
                assertThat(joined).containsExactly(stream.order());
            }
        }
    }

    @Test
    void refusesMoreTasksThanClasses() {
        assertThatThrownBy(() -> new TaskStream(ClassOrder.natural(4), 5))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("1 to 4")
                .hasMessageContaining("5");
        assertThatThrownBy(() -> new TaskStream(ClassOrder.natural(4), 0)).isInstanceOf(InputException.class);
    }

    @Test
    void findsTheImagesOfATask() {
        TaskStream stream = new TaskStream(new int[] {2, 0, 3, 1}, 2);
        assertThat(stream.samples(new Labels(0, 1, 2, 3, 2, 0), 0)).containsExactly(0, 2, 4, 5);
        assertThat(stream.samples(new Labels(0, 1, 2, 3, 2, 0), 1)).containsExactly(1, 3);
    }

    @Test
    void holdsATenthOfEveryClassOut() {
        Labels labels = new Labels(IntStream.range(0, 120).map(i -> i % 4).toArray());
        TaskStream stream = new TaskStream(ClassOrder.natural(4), 2);
        Split split = stream.split(labels, 1, 5, Sampling.DEFAULT);
        assertThat(split.heldOut()).hasSize(6).isSorted();
        assertThat(IntStream.of(split.heldOut())
                        .filter(i -> labels.label(i) == 2)
                        .count())
                .isEqualTo(3);
        assertThat(split.training()).hasSize(54).doesNotContain(split.heldOut());
        assertThat(stream.split(labels, 1, 5, Sampling.DEFAULT).heldOut()).containsExactly(split.heldOut());
        assertThat(stream.split(labels, 1, 6, Sampling.DEFAULT).heldOut()).isNotEqualTo(split.heldOut());
    }

    @Test
    void keepsALoneImageForTraining() {
        Split split = new TaskStream(ClassOrder.natural(2), 1).split(new Labels(0, 1, 1), 0, 0, Sampling.DEFAULT);
        assertThat(split.training()).hasSize(2).contains(0);
        assertThat(split.heldOut()).hasSize(1);
    }

    @Test
    void usesSoManyImagesOfAClassWhateverTheTasksAre() {
        Labels labels = new Labels(IntStream.range(0, 120).map(i -> i % 4).toArray());
        Sampling few = new Sampling(10, new BigDecimal("0.35"));
        Split whole = new TaskStream(ClassOrder.natural(4), 1).split(labels, 0, 5, few);
        assertThat(whole.heldOut()).hasSize(12).isSorted();
        assertThat(whole.training()).hasSize(28).isSorted().doesNotContain(whole.heldOut());
        Split second = new TaskStream(ClassOrder.natural(4), 2).split(labels, 1, 5, few);
        assertThat(whole.training()).contains(second.training());
        assertThat(whole.heldOut()).contains(second.heldOut());
        assertThat(new TaskStream(ClassOrder.natural(4), 1)
                        .split(labels, 0, 5, new Sampling(0, BigDecimal.ZERO))
                        .heldOut())
                .isEmpty();
    }

    @Test
    void refusesImpossibleSamples() {
        for (String heldOut : new String[] {"-0.1", "1"}) {
            assertThatThrownBy(() -> new Sampling(0, new BigDecimal(heldOut)))
                    .isInstanceOf(InputException.class)
                    .hasMessageContaining("held-out");
        }
        assertThatThrownBy(() -> new Sampling(1, BigDecimal.ZERO))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("train-images");
    }

    @SuppressWarnings("ArrayRecordComponent")
    private record Labels(int... labels) implements ImageSet {
        @Override
        public int size() {
            return labels.length;
        }

        @Override
        public int label(int index) {
            return labels[index];
        }

        @Override
        public RgbImage image(int index) {
            throw new UnsupportedOperationException();
        }
    }
}
