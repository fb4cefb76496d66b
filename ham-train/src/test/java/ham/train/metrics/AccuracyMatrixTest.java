package ham.train.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class AccuracyMatrixTest {
    private static final Offset<Double> EXACT = within(1e-12);

    /** A row of tasks with equally many images. */
    private static AccuracyRow row(double... accuracies) {
        AccuracyRow row = new AccuracyRow();
        for (double accuracy : accuracies) {
            row = row.and(accuracy, 100);
        }
        return row;
    }

    @Test
    void givesTheFourFigures() {
        AccuracyMatrix matrix = new AccuracyMatrix(3);
        matrix.addRow(row(0.8));
        matrix.addRow(row(0.9, 0.6));
        matrix.addRow(row(0.5, 0.7, 0.9));
        assertThat(matrix.last()).isCloseTo(0.7, EXACT);
        assertThat(matrix.averageIncremental()).isCloseTo((0.8 + 0.75 + 0.7) / 3, EXACT);
        assertThat(matrix.forgetting()).isCloseTo(((0.9 - 0.5) + (0.6 - 0.7)) / 2, EXACT);
        // The field counts the end among the best: what got better is not forgotten.
        assertThat(matrix.forgettingWithLast()).isCloseTo((0.9 - 0.5) / 2, EXACT);
        assertThat(matrix.backwardTransfer()).isCloseTo(((0.5 - 0.8) + (0.7 - 0.6)) / 2, EXACT);
    }

    @Test
    void weighsTasksByTheirTestImages() {
        AccuracyMatrix matrix = new AccuracyMatrix(2);
        matrix.addRow(new AccuracyRow().and(1, 30));
        matrix.addRow(new AccuracyRow().and(1, 300).and(0, 100));
        assertThat(matrix.last()).isCloseTo(0.75, EXACT);
    }

    @Test
    void hasFiguresForOneTask() {
        AccuracyMatrix matrix = new AccuracyMatrix(1);
        matrix.addRow(row(0.4));
        assertThat(matrix.last()).isEqualTo(0.4);
        assertThat(matrix.averageIncremental()).isEqualTo(0.4);
        assertThat(matrix.forgetting()).isZero();
        assertThat(matrix.backwardTransfer()).isZero();
    }

    @Test
    void refusesRowsThatDoNotFit() {
        AccuracyMatrix matrix = new AccuracyMatrix(2);
        assertThatThrownBy(matrix::last).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> matrix.addRow(row(0.5, 0.5))).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> row(Double.NaN)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new AccuracyRow().and(1, 0)).isInstanceOf(IllegalArgumentException.class);
        assertThat(matrix.size()).isZero();
    }

    @Test
    void comparesOnTheSameImagesWhereTheLastRowHasMore() {
        AccuracyMatrix matrix = new AccuracyMatrix(2);
        matrix.addRow(new AccuracyRow(new double[] {0.9}, new int[] {10}));
        matrix.addRow(new AccuracyRow(new double[] {0.6, 0.8}, new int[] {100, 100}).onEarlierImages(0.7, 0.9));
        assertThat(matrix.last()).isCloseTo(0.7, EXACT);
        assertThat(matrix.forgetting()).isCloseTo(0.9 - 0.7, EXACT);
        assertThat(matrix.forgettingWithLast()).isCloseTo(0.9 - 0.7, EXACT);
        assertThat(matrix.backwardTransfer()).isCloseTo(0.7 - 0.9, EXACT);
    }
}
