package ham.merge.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class MatrixTest {
    private static final Matrix SMALL = new Matrix(2, 3, new float[] {1, 2, 3, 4, 5, 6});

    @Test
    void isRowMajor() {
        assertThat(SMALL.get(1, 0)).isEqualTo(4);
        assertThat(SMALL.transpose()).isEqualTo(new Matrix(3, 2, new float[] {1, 4, 2, 5, 3, 6}));
        assertThat(SMALL.transpose().transpose()).isEqualTo(SMALL).hasSameHashCodeAs(SMALL);
        assertThat(SMALL.appendRows(new Matrix(1, 3, new float[] {7, 8, 9})))
                .isEqualTo(new Matrix(3, 3, new float[] {1, 2, 3, 4, 5, 6, 7, 8, 9}));
        assertThat(SMALL.appendRows(Matrix.zeros(0, 3))).isEqualTo(SMALL);
    }

    @Test
    void equalEntriesInAnotherShapeAreAnotherMatrix() {
        assertThat(new Matrix(3, 2, SMALL.data())).isNotEqualTo(SMALL);
        assertThat(new Matrix(2, 3, new float[] {1, 2, 3, 4, 5, 7})).isNotEqualTo(SMALL);
    }

    @Test
    void shapesThatDoNotFitAreRefused() {
        assertThatThrownBy(() -> new Matrix(2, 3, new float[5]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("expected 2 x 3 entries, found an array of 5");
        assertThatThrownBy(() -> new Matrix(-1, -1, new float[1])).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> SMALL.appendRows(Matrix.zeros(1, 2)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("expected 3 columns, found 2");
    }
}
