package ham.merge.spectral;

import ham.merge.kernel.Dense;
import java.util.List;

/** Orthonormal columns that span all columns that were written in them so far. Not thread-safe. */
final class GrowingBasis {
    /** What a column has outside, of its norm, that is not rounding. */
    private static final double NOISE = 1e-12;

    private Dense columns;

    /** Of nothing. */
    GrowingBasis(int rows) {
        columns = Dense.zeros(rows, 0);
    }

    /**
     * Takes in columns; those before keep their coordinates, followed by zeros.
     *
     * @param added [rows, k]
     * @return their coordinates [columns of this basis from now on, k]
     */
    Dense write(Dense added) {
        Dense inside = columns.transposedTimes(added);
        Dense outside = added.plus(-1, columns.times(inside));
        // Twice is enough (Parlett, The Symmetric Eigenvalue Problem, 6.9): the first difference loses what cancels.
        Dense again = columns.transposedTimes(outside);
        inside = inside.plus(1, again);
        outside = outside.plus(-1, columns.times(again));
        int room = columns.rows() - columns.columns();
        if (room == 0 || outside.norm() <= NOISE * added.norm()) {
            return inside;
        }
        Dense more = outside.svd().first(room).u();
        columns = columns.beside(more);
        return Dense.above(List.of(inside, more.transposedTimes(outside)));
    }

    /** The columns [rows, k]. */
    Dense columns() {
        return columns;
    }
}
