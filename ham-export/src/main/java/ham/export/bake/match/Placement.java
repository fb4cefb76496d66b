package ham.export.bake.match;

import ham.export.bake.base.WeightBlock;
import ham.export.bake.read.TensorEntry;

/**
 * Where a block of weights stands in a constant of a graph, read as a matrix [rows, columns].
 *
 * @param tensor the constant
 * @param rows rows of the constant
 * @param columns columns of the constant
 * @param transposed whether outputs run along the columns: [in, out] instead of [out, in]
 * @param first first row of the block; first column if transposed
 * @param block the weights
 */
public record Placement(TensorEntry tensor, int rows, int columns, boolean transposed, int first, WeightBlock block) {

    /** Lines of the constant that the block touches, and how many of its values stand together in each. */
    int lines() {
        return transposed ? block.columns() : block.rows();
    }

    int together() {
        return transposed ? block.rows() : block.columns();
    }

    /** Position of the first value of a line of the block. */
    public long index(int line) {
        return transposed ? (long) line * columns + first : (long) (first + line) * columns;
    }

    /** Whether it has an element in common with another placement. */
    public boolean overlaps(Placement other) {
        if (!tensor.name().equals(other.tensor.name())) {
            return false;
        }
        if (transposed != other.transposed) {
            return true;
        }
        return first < other.first + other.block.rows() && other.first < first + block.rows();
    }

    /** How it is stored, for people: {@code [in, out], columns 64 to 127 of 192}. */
    public String layout() {
        if (block.isBias()) {
            return "[out]" + slice("entries", rows);
        }
        return transposed ? "[in, out]" + slice("columns", columns) : "[out, in]" + slice("rows", rows);
    }

    private String slice(String what, int all) {
        if (block.rows() == all) {
            return "";
        }
        return ", " + what + " " + first + " to " + (first + block.rows() - 1) + " of " + all;
    }
}
