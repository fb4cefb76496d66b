package ham.merge.tensor;

import java.util.Arrays;

/**
 * A dense float32 matrix, row-major: entry (r, c) is {@code data[r * columns + c]}. The array is shared, not copied.
 *
 * @param rows number of rows, at least 0
 * @param columns number of columns, at least 0
 * @param data {@code rows * columns} values
 */
@SuppressWarnings("ArrayRecordComponent")
public record Matrix(int rows, int columns, float[] data) {
    /**
     * Checks the length of the array.
     *
     * @throws IllegalArgumentException when it is not {@code rows * columns}
     */
    public Matrix {
        if (rows < 0 || columns < 0 || (long) rows * columns != data.length) {
            throw new IllegalArgumentException(
                    "expected " + rows + " x " + columns + " entries, found an array of " + data.length);
        }
    }

    /** A matrix of zeros. */
    public static Matrix zeros(int rows, int columns) {
        return new Matrix(rows, columns, new float[Math.multiplyExact(rows, columns)]);
    }

    /** The entry in row {@code row} and column {@code column}. */
    public float get(int row, int column) {
        return data[row * columns + column];
    }

    /** A new matrix [columns, rows] with rows and columns exchanged. */
    public Matrix transpose() {
        float[] transposed = new float[data.length];
        for (int r = 0; r < rows; r++) {
            for (int c = 0; c < columns; c++) {
                transposed[c * rows + r] = data[r * columns + c];
            }
        }
        return new Matrix(columns, rows, transposed);
    }

    /** A new matrix of {@code count} of the rows, from row {@code first} on. */
    public Matrix rows(int first, int count) {
        return new Matrix(count, columns, Arrays.copyOfRange(data, first * columns, (first + count) * columns));
    }

    /** A new matrix whose rows are this matrix's rows followed by the other's. */
    public Matrix appendRows(Matrix below) {
        if (below.columns != columns) {
            throw new IllegalArgumentException("expected " + columns + " columns, found " + below.columns);
        }
        float[] joined = Arrays.copyOf(data, data.length + below.data.length);
        System.arraycopy(below.data, 0, joined, data.length, below.data.length);
        return new Matrix(rows + below.rows, columns, joined);
    }

    /** Whether all entries are 0. */
    public boolean isZero() {
        for (float value : data) {
            if (value != 0) {
                return false;
            }
        }
        return true;
    }

    /** Whether the shapes and all entries are equal. */
    @Override
    public boolean equals(Object other) {
        return other instanceof Matrix that
                && rows == that.rows
                && columns == that.columns
                && Arrays.equals(data, that.data);
    }

    @Override
    public int hashCode() {
        return 31 * (31 * rows + columns) + Arrays.hashCode(data);
    }

    /** The shape only: the entries are too many to print. */
    @Override
    public String toString() {
        return "Matrix[" + rows + ", " + columns + "]";
    }
}
