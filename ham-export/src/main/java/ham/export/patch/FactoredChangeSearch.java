package ham.export.patch;

import ham.merge.combine.Branch;
import ham.merge.combine.Deltas;
import ham.merge.tensor.Matrix;
import java.util.ArrayList;
import java.util.List;

/**
 * Finds where a layer's change stands in a constant: as stored or transposed, the whole or one of equal blocks. A wrong guess costs bytes and is
 * never wrong, since every value is corrected afterwards; so what looks like the change is taken for it.
 */
final class FactoredChangeSearch {
    private static final int SAMPLES = 4096;
    private static final double LEAST_COSINE = 0.5;

    private final float[] base;
    private final float[] values;
    private final int rows;
    private final int columns;

    FactoredChangeSearch(float[] base, float[] values, int rows, int columns) {
        this.base = base;
        this.values = values;
        this.rows = rows;
        this.columns = columns;
    }

    /** The parts of a constant that the given changes, each the branches of one layer, explain. */
    List<FactoredChange> find(List<List<Branch>> changes) {
        List<FactoredChange> parts = new ArrayList<>();
        changes.forEach(branches -> find(branches, parts));
        return parts;
    }

    private void find(List<Branch> branches, List<FactoredChange> parts) {
        Matrix delta = Deltas.sum(branches);
        FactoredChange best = null;
        double bestCosine = LEAST_COSINE;
        for (boolean transposed : new boolean[] {false, true}) {
            int height = transposed ? delta.columns() : delta.rows();
            int width = transposed ? delta.rows() : delta.columns();
            for (int row = 0; row + height <= rows; row += height) {
                for (int column = 0; column + width <= columns; column += width) {
                    FactoredChange part = new FactoredChange(row, column, transposed, branches);
                    double cosine = cosine(part, delta);
                    if (cosine > bestCosine) {
                        best = part;
                        bestCosine = cosine;
                    }
                }
            }
        }
        if (best != null) {
            parts.add(best);
        }
    }

    private double cosine(FactoredChange part, Matrix delta) {
        double product = 0;
        double found = 0;
        double expected = 0;
        int step = Math.max(1, delta.data().length / SAMPLES) | 1;
        for (int i = 0; i < delta.data().length; i += step) {
            int index = part.index(i / delta.columns(), i % delta.columns(), columns);
            double change = (double) values[index] - base[index];
            product += change * delta.data()[i];
            found += change * change;
            expected += (double) delta.data()[i] * delta.data()[i];
        }
        return product / Math.max(Math.sqrt(found * expected), Double.MIN_NORMAL);
    }
}
