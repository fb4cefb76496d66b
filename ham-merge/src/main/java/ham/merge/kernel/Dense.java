package ham.merge.kernel;

import ham.merge.tensor.Matrix;
import java.util.Arrays;
import java.util.List;

/**
 * A dense matrix in double, row-major, with the products and decompositions that spectral merges need; by LAPACK where it loads, else in
 * plain Java. Nothing here changes a matrix.
 *
 * @param rows number of rows
 * @param columns number of columns
 * @param data {@code rows * columns} values, shared and not copied
 */
@SuppressWarnings("ArrayRecordComponent")
public record Dense(int rows, int columns, double[] data) {
    /** Singular values below this part of the largest, or of what was subtracted before, are those of rounding. */
    public static final double NOISE = 1e-10;

    /**
     * Checks the length of the array.
     *
     * @throws IllegalArgumentException when it is not {@code rows * columns}
     */
    public Dense {
        if ((long) rows * columns != data.length) {
            throw new IllegalArgumentException(
                    "expected " + rows + " x " + columns + " entries, found an array of " + data.length);
        }
    }

    /**
     * {@code U diag(values) V^T}, the values falling and none of them 0.
     *
     * @param u [rows, k], orthonormal columns
     * @param values [k]
     * @param vt [k, columns], orthonormal rows
     */
    @SuppressWarnings("ArrayRecordComponent")
    public record Svd(Dense u, double[] values, Dense vt) {
        /** The first {@code count} singular values and vectors; all where there are fewer. */
        public Svd first(int count) {
            int kept = Math.min(count, values.length);
            return new Svd(u.columns(0, kept), Arrays.copyOf(values, kept), vt.firstRows(kept));
        }

        /** {@code U diag(values) V^T}. */
        public Dense product() {
            return u.scaleColumns(values).times(vt);
        }
    }

    /** Zeros. */
    public static Dense zeros(int rows, int columns) {
        return new Dense(rows, columns, new double[Math.multiplyExact(rows, columns)]);
    }

    /** A copy in double. */
    public static Dense of(Matrix matrix) {
        Dense copy = zeros(matrix.rows(), matrix.columns());
        for (int i = 0; i < copy.data.length; i++) {
            copy.data[i] = matrix.data()[i];
        }
        return copy;
    }

    /** Rounded to float32. */
    public Matrix toMatrix() {
        Matrix rounded = Matrix.zeros(rows, columns);
        for (int i = 0; i < data.length; i++) {
            rounded.data()[i] = (float) data[i];
        }
        return rounded;
    }

    /** Rows and columns exchanged. */
    public Dense transpose() {
        return new Dense(columns, rows, Decompositions.transpose(data, rows, columns));
    }

    /** {@code this times other}. */
    public Dense times(Dense other) {
        require(columns, other.rows);
        return new Dense(
                rows,
                other.columns,
                Decompositions.best().multiply(data, false, other.data, rows, other.columns, columns));
    }

    /** {@code this^T times other}. */
    public Dense transposedTimes(Dense other) {
        require(rows, other.rows);
        return new Dense(
                columns,
                other.columns,
                Decompositions.best().multiply(data, true, other.data, columns, other.columns, rows));
    }

    /** {@code this + factor * other}. */
    public Dense plus(double factor, Dense other) {
        require(rows, other.rows);
        require(columns, other.columns);
        Dense sum = zeros(rows, columns);
        for (int i = 0; i < data.length; i++) {
            sum.data[i] = data[i] + factor * other.data[i];
        }
        return sum;
    }

    /** {@code factor * this}. */
    public Dense times(double factor) {
        Dense scaled = zeros(rows, columns);
        for (int i = 0; i < data.length; i++) {
            scaled.data[i] = factor * data[i];
        }
        return scaled;
    }

    /** Column c times {@code factors[c]}. */
    public Dense scaleColumns(double[] factors) {
        require(columns, factors.length);
        Dense scaled = zeros(rows, columns);
        for (int r = 0; r < rows; r++) {
            for (int c = 0; c < columns; c++) {
                scaled.data[r * columns + c] = data[r * columns + c] * factors[c];
            }
        }
        return scaled;
    }

    /** Some columns that follow each other. */
    public Dense columns(int from, int count) {
        Dense part = zeros(rows, count);
        for (int r = 0; r < rows; r++) {
            System.arraycopy(data, r * columns + from, part.data, r * count, count);
        }
        return part;
    }

    /** The first rows. */
    public Dense firstRows(int count) {
        return new Dense(count, columns, Arrays.copyOf(data, Math.multiplyExact(count, columns)));
    }

    /** This matrix's columns followed by the other's. */
    public Dense beside(Dense right) {
        return beside(List.of(this, right));
    }

    /**
     * The columns of all matrices, one after the other.
     *
     * @param parts at least one
     */
    public static Dense beside(List<Dense> parts) {
        int rows = parts.get(0).rows;
        Dense joined = zeros(rows, parts.stream().mapToInt(Dense::columns).sum());
        int first = 0;
        for (Dense part : parts) {
            require(rows, part.rows);
            for (int r = 0; r < rows; r++) {
                System.arraycopy(part.data, r * part.columns, joined.data, r * joined.columns + first, part.columns);
            }
            first += part.columns;
        }
        return joined;
    }

    /**
     * The rows of all matrices, one after the other.
     *
     * @param parts at least one
     */
    public static Dense above(List<Dense> parts) {
        int columns = parts.get(0).columns;
        Dense joined = zeros(parts.stream().mapToInt(Dense::rows).sum(), columns);
        int first = 0;
        for (Dense part : parts) {
            require(columns, part.columns);
            System.arraycopy(part.data, 0, joined.data, first, part.data.length);
            first += part.data.length;
        }
        return joined;
    }

    /** The square root of the sum of all squares (Frobenius). */
    public double norm() {
        double sum = 0;
        for (double each : data) {
            sum += each * each;
        }
        return Math.sqrt(sum);
    }

    /** The sum of all products of entries at the same place (Frobenius). */
    public double dot(Dense other) {
        require(data.length, other.data.length);
        double sum = 0;
        for (int i = 0; i < data.length; i++) {
            sum += data[i] * other.data[i];
        }
        return sum;
    }

    /** The singular values that are not rounding's, with their vectors; none of a zero matrix. */
    public Svd svd() {
        if (rows == 0 || columns == 0) {
            return new Svd(zeros(rows, 0), new double[0], zeros(0, columns));
        }
        return significant(Decompositions.best().fastSvd(data, rows, columns), rows, columns);
    }

    private static Svd significant(Decompositions.Svd svd, int rows, int columns) {
        int all = svd.values().length;
        int kept = 0;
        while (kept < all && svd.values()[kept] > NOISE * svd.values()[0]) {
            kept++;
        }
        return new Svd(new Dense(rows, all, svd.u()), svd.values(), new Dense(all, columns, svd.vt())).first(kept);
    }

    /**
     * The singular values of {@code left right}, without forming the product where its inner dimension is below both sides: QR of both factors
     * and the SVD of the small core between them.
     *
     * @param left [rows, inner]
     * @param right [inner, columns]
     */
    public static Svd svdOfProduct(Dense left, Dense right) {
        require(left.columns, right.rows);
        return significant(
                Decompositions.best().svdOfProduct(left.data, right.data, left.rows, left.columns, right.columns),
                left.rows,
                right.columns);
    }

    /**
     * {@code X} with {@code X this = rows}, for a symmetric, positive definite matrix.
     *
     * @throws ArithmeticException when it is not positive definite
     */
    public Dense solveRows(Dense rightHandSide) {
        require(rows, columns);
        require(columns, rightHandSide.columns);
        return new Dense(
                rightHandSide.rows,
                columns,
                Decompositions.best().solve(data, rightHandSide.data, columns, rightHandSide.rows));
    }

    /**
     * The nearest matrix with orthonormal columns (or rows, where there are more columns): {@code U V^T} of the SVD, the polar factor. Where the
     * columns are dependent it is an isometry on their span alone (orthogonal Procrustes; Schönemann 1966).
     */
    public Dense polar() {
        Decompositions with = Decompositions.best();
        GramSpectrum spectrum = new GramSpectrum(with, data, rows, columns);
        return spectrum.polar().map(found -> new Dense(rows, columns, found)).orElseGet(() -> {
            Svd svd = significant(spectrum.all().orElseGet(() -> with.svd(data, rows, columns)), rows, columns);
            return svd.u().times(svd.vt());
        });
    }

    private static void require(int expected, int found) {
        if (expected != found) {
            throw new IllegalArgumentException("expected a side of " + expected + ", found " + found);
        }
    }

    /** Whether the shapes and all entries are equal. */
    @Override
    public boolean equals(Object other) {
        return other instanceof Dense that
                && rows == that.rows
                && columns == that.columns
                && Arrays.equals(data, that.data);
    }

    @Override
    public int hashCode() {
        return 31 * (31 * rows + columns) + Arrays.hashCode(data);
    }

    /** The shape only. */
    @Override
    public String toString() {
        return "Dense[" + rows + ", " + columns + "]";
    }
}
