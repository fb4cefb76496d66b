package ham.merge.kernel;

import java.util.Arrays;
import java.util.Optional;

/**
 * Singular values and vectors by way of the Gram matrix {@code A A^T} or {@code A^T A}, whichever is smaller: one eigenproblem of symmetric matrices
 * instead of an SVD. A singular value of the part q of the largest one, and its vectors, are exact to {@code 1e-16 / q^2} of themselves. Where that is too
 * little the leading vectors have no answer; all of them have, as the few directions with small values are then decomposed by an SVD of their own. Not thread-safe.
 */
final class GramSpectrum {
    /** Least part of the largest singular value that is taken from the Gram matrix: its vectors are orthogonal to 1e-10. */
    private static final double LEAST = 1e-3;
    /** The same of polar factors, which are exact to 1e-8, where float32 has 6e-8. */
    private static final double LEAST_OF_POLAR = 1e-4;
    /** Matrices whose smaller side is below this are decomposed as fast without. */
    private static final int WORTHWHILE = 48;

    private final Decompositions with;
    private final double[] a;
    private final int rows;
    private final int columns;
    private final int least;
    private Decompositions.Eigen all;

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
        this.least = Math.min(rows, columns);
    }

    /** The {@code count} largest singular values and their vectors, where that is faster than an SVD and exact enough. */
    Optional<Decompositions.Svd> first(int count) {
        if (least < WORTHWHILE || count > least / 2) {
            return Optional.empty();
        }
        return gram().map(gram -> with.eigen(gram, least, count))
                .filter(found -> large(found, LEAST) == count)
                .map(wide() ? this::wide : this::tall);
    }

    /** All singular values and vectors, where that is faster than an SVD. */
    Optional<Decompositions.Svd> all() {
        if (wide()) {
            return new GramSpectrum(
                            with, Decompositions.transpose(a, rows, columns), /* rows= */ columns, /* columns= */ rows)
                    .all()
                    .map(found -> new Decompositions.Svd(
                            Decompositions.transpose(found.vt(), rows, rows),
                            found.values(),
                            Decompositions.transpose(found.u(), columns, rows)));
        }
        return eigen().filter(found -> large(found, LEAST) > least / 2).map(found -> {
            Decompositions.Svd svd = tall(found);
            int large = large(found, LEAST);
            return large == least ? svd : withSmallOnes(svd, large);
        });
    }

    /** The polar factor {@code U V^T} of a matrix of full rank, as {@code A (A^T A)^(-1/2)}. */
    Optional<double[]> polar() {
        return eigen().filter(found -> large(found, LEAST_OF_POLAR) == least).map(found -> {
            // (A^T A)^(-1/2) = W^T W, W = diag(s^(-1/2)) V^T
            double[] scaled = found.vectors().clone();
            divideRows(scaled, roots(roots(found.values())), least);
            double[] root = with.square(scaled, false, least, least);
            return wide()
                    ? with.multiply(root, false, a, rows, columns, rows)
                    : with.multiply(a, false, root, rows, columns, columns);
        });
    }

    /** From the eigenvectors of {@code A A^T}. */
    private Decompositions.Svd wide(Decompositions.Eigen found) {
        int count = found.values().length;
        double[] values = roots(found.values());
        double[] vt = with.multiply(found.vectors(), false, a, count, columns, rows);
        divideRows(vt, values, columns);
        return new Decompositions.Svd(Decompositions.transpose(found.vectors(), count, rows), values, vt);
    }

    /** From the eigenvectors of {@code A^T A}. */
    private Decompositions.Svd tall(Decompositions.Eigen found) {
        int count = found.values().length;
        double[] values = roots(found.values());
        double[] u = with.multiply(
                a, false, Decompositions.transpose(found.vectors(), count, columns), rows, count, columns);
        for (int r = 0; r < rows; r++) {
            for (int c = 0; c < count; c++) {
                u[r * count + c] /= Math.max(values[c], Double.MIN_NORMAL);
            }
        }
        return new Decompositions.Svd(u, values, found.vectors());
    }

    /** A new decomposition of what A does to the right vectors from {@code large} on, which are orthogonal to those before, as exact as an SVD. */
    private Decompositions.Svd withSmallOnes(Decompositions.Svd svd, int large) {
        int small = columns - large;
        double[] vectors = Arrays.copyOfRange(svd.vt(), large * columns, columns * columns);
        double[] images =
                with.multiply(a, false, Decompositions.transpose(vectors, small, columns), rows, small, columns);
        double[] before = new double[rows * large];
        for (int r = 0; r < rows; r++) {
            System.arraycopy(svd.u(), r * columns, before, r * large, large);
        }
        double[] within = with.multiply(
                before, false, with.multiply(before, true, images, large, small, rows), rows, small, large);
        for (int i = 0; i < images.length; i++) {
            images[i] -= within[i];
        }
        Decompositions.Svd own = with.svd(images, rows, small);
        for (int r = 0; r < rows; r++) {
            System.arraycopy(own.u(), r * small, svd.u(), r * columns + large, small);
        }
        System.arraycopy(own.values(), 0, svd.values(), large, small);
        double[] vt = svd.vt().clone();
        double[] turned = with.multiply(own.vt(), false, vectors, small, columns, small);
        System.arraycopy(turned, 0, vt, large * columns, turned.length);
        return new Decompositions.Svd(svd.u(), svd.values(), vt);
    }

    private boolean wide() {
        return rows < columns;
    }

    /** How many singular values are above a part of the largest. */
    private static int large(Decompositions.Eigen eigen, double part) {
        int count = 0;
        while (count < eigen.values().length && eigen.values()[count] > part * part * eigen.values()[0]) {
            count++;
        }
        return count;
    }

    /** All eigenvalues and vectors, found once; nothing of small matrices and of entries that are no numbers. */
    private Optional<Decompositions.Eigen> eigen() {
        if (all == null && least >= WORTHWHILE) {
            all = gram().map(gram -> with.eigen(gram, least, least)).orElse(null);
        }
        return Optional.ofNullable(all);
    }

    private Optional<double[]> gram() {
        double[] gram = with.square(a, wide(), rows, columns);
        return Arrays.stream(gram).allMatch(Double::isFinite) ? Optional.of(gram) : Optional.empty();
    }

    private static double[] roots(double[] values) {
        return Arrays.stream(values).map(Math::sqrt).toArray();
    }

    private static void divideRows(double[] matrix, double[] values, int columns) {
        for (int r = 0; r < values.length; r++) {
            for (int c = 0; c < columns; c++) {
                matrix[r * columns + c] /= values[r];
            }
        }
    }
}
