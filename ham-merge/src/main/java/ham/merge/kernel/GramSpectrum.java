package ham.merge.kernel;

import java.util.Arrays;
import java.util.Optional;

/**
 * Singular values and vectors by way of the Gram matrix {@code A A^T} or {@code A^T A}, whichever is smaller: one eigenproblem of symmetric matrices
 * instead of an SVD, of which only the wanted vectors are computed. A singular value of the part q of the largest one is exact to {@code 1e-16 / q^2} of
 * itself; where that is too little there is no answer, and an SVD has to be taken.
 */
final class GramSpectrum {
    /** Least wanted part of the largest singular value: its vectors are orthogonal to 1e-10, those of float32 to 1e-7. */
    private static final double LEAST = 1e-3;
    /** Matrices whose smaller side is below this are decomposed as fast without. */
    private static final int WORTHWHILE = 48;

    private final Decompositions with;
    private final double[] a;
    private final int rows;
    private final int columns;

    /**
     * Of a matrix.
     *
     * @param a [rows, columns]
     */
    GramSpectrum(Decompositions with, double[] a, int rows, int columns) {
        this.with = with;
        this.a = a;
        this.rows = rows;
        this.columns = columns;
    }

    /** The {@code count} largest singular values and their vectors, where that is faster than an SVD and exact enough. */
    Optional<Decompositions.Svd> first(int count) {
        int least = Math.min(rows, columns);
        if (least < WORTHWHILE || count > least / 2) {
            return Optional.empty();
        }
        return wide() ? wideFirst(count) : tallFirst(count);
    }

    private boolean wide() {
        return rows <= columns;
    }

    private Optional<Decompositions.Svd> wideFirst(int count) {
        Optional<Decompositions.Eigen> eigen = eigen(count);
        return eigen.map(found -> {
            double[] values = roots(found.values());
            double[] vt = with.multiply(found.vectors(), false, a, count, columns, rows);
            divideRows(vt, values, columns);
            return new Decompositions.Svd(Decompositions.transpose(found.vectors(), count, rows), values, vt);
        });
    }

    private Optional<Decompositions.Svd> tallFirst(int count) {
        Optional<Decompositions.Eigen> eigen = eigen(count);
        return eigen.map(found -> {
            double[] values = roots(found.values());
            double[] u = with.multiply(
                    a, false, Decompositions.transpose(found.vectors(), count, columns), rows, count, columns);
            for (int i = 0; i < u.length; i++) {
                u[i] /= values[i % count];
            }
            return new Decompositions.Svd(u, values, found.vectors());
        });
    }

    /** The polar factor {@code U V^T} of a matrix of full rank, as {@code A (A^T A)^(-1/2)}. */
    Optional<double[]> polar() {
        int least = Math.min(rows, columns);
        if (least < WORTHWHILE) {
            return Optional.empty();
        }
        return eigen(least).map(found -> {
            // (A^T A)^(-1/2) = W^T W, W = V^T diag(s^(-1/2))
            double[] scaled = found.vectors().clone();
            divideRows(scaled, roots(roots(found.values())), least);
            double[] root = with.multiply(scaled, true, scaled, least, least, least);
            return wide()
                    ? with.multiply(root, false, a, rows, columns, rows)
                    : with.multiply(a, false, root, rows, columns, columns);
        });
    }

    private Optional<Decompositions.Eigen> eigen(int count) {
        int least = Math.min(rows, columns);
        double[] gram = wide()
                ? with.multiply(a, false, Decompositions.transpose(a, rows, columns), rows, rows, columns)
                : with.multiply(a, true, a, columns, columns, rows);
        for (double each : gram) {
            if (!Double.isFinite(each)) {
                return Optional.empty();
            }
        }
        Decompositions.Eigen eigen = with.eigen(gram, least, count);
        double smallest = eigen.values()[count - 1];
        return smallest > LEAST * LEAST * eigen.values()[0] ? Optional.of(eigen) : Optional.empty();
    }

    private static double[] roots(double[] values) {
        return Arrays.stream(values).map(Math::sqrt).toArray();
    }

    private static void divideRows(double[] matrix, double[] values, int columns) {
        for (int i = 0; i < matrix.length; i++) {
            matrix[i] /= values[i / columns];
        }
    }
}
