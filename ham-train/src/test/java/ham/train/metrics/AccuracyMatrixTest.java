package ham.train.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class AccuracyMatrixTest {
    private static final Offset<Double> EXACT = within(1e-12);

    @Test
    void givesTheFourFigures() {
        AccuracyMatrix matrix = new AccuracyMatrix(100, 100, 100);
        matrix.addRow(0.8);
        matrix.addRow(0.9, 0.6);
        matrix.addRow(0.5, 0.7, 0.9);
        assertThat(matrix.last()).isCloseTo(0.7, EXACT);
        assertThat(matrix.averageIncremental()).isCloseTo((0.8 + 0.75 + 0.7) / 3, EXACT);
        assertThat(matrix.forgetting()).isCloseTo(((0.9 - 0.5) + (0.6 - 0.7)) / 2, EXACT);
        assertThat(matrix.backwardTransfer()).isCloseTo(((0.5 - 0.8) + (0.7 - 0.6)) / 2, EXACT);
    }

    @Test
    void weighsTasksByTheirTestImages() {
        AccuracyMatrix matrix = new AccuracyMatrix(300, 100);
        matrix.addRow(1);
        matrix.addRow(1, 0);
        assertThat(matrix.last()).isCloseTo(0.75, EXACT);
    }

    @Test
    void hasFiguresForOneTask() {
        AccuracyMatrix matrix = new AccuracyMatrix(10);
        matrix.addRow(0.4);
        assertThat(matrix.last()).isEqualTo(0.4);
        assertThat(matrix.averageIncremental()).isEqualTo(0.4);
        assertThat(matrix.forgetting()).isZero();
        assertThat(matrix.backwardTransfer()).isZero();
    }

    @Test
    void refusesRowsThatDoNotFit() {
        AccuracyMatrix matrix = new AccuracyMatrix(10, 10);
        assertThatThrownBy(matrix::last).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> matrix.addRow(0.5, 0.5)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> matrix.addRow(Double.NaN)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new AccuracyMatrix(10, 0)).isInstanceOf(IllegalArgumentException.class);
        assertThat(matrix.size()).isZero();
    }
}
