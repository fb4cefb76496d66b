package ham.export.patch;

import ham.merge.adapter.LoraFactors;
import ham.merge.combine.Branch;
import ham.merge.combine.Deltas;
import ham.merge.tensor.Matrix;
import java.util.ArrayList;
import java.util.List;

/**
 * A layer's change within a constant.
 *
 * @param row first row of the constant that it changes
 * @param column first column
 * @param transposed whether the constant holds it as [in, out]
 * @param branches what it is the sum of
 */
record FactoredChange(int row, int column, boolean transposed, List<Branch> branches) {
    FactoredChange {
        branches = List.copyOf(branches);
    }

    /** Adds the change to the values of a constant; where it is 0 the value stays as it is. */
    void addTo(float[] values, int columns) {
        Matrix delta = Deltas.sum(branches);
        for (int output = 0; output < delta.rows(); output++) {
            for (int input = 0; input < delta.columns(); input++) {
                float change = delta.data()[output * delta.columns() + input];
                int index = index(output, input, columns);
                if (change != 0) {
                    values[index] += change;
                }
            }
        }
    }

    /** Where an entry of the delta [out, in] stands in a constant of that many columns. */
    int index(int output, int input, int columns) {
        return transposed ? (row + input) * columns + column + output : (row + output) * columns + column + input;
    }

    /** Writes a part, or reads one, in which case the argument only says what to read it as: nothing. */
    static FactoredChange code(Numbers numbers, FactoredChange part) {
        int row = numbers.integer(part == null ? 0 : part.row);
        int column = numbers.integer(part == null ? 0 : part.column);
        int transposed = numbers.integer(part != null && part.transposed ? 1 : 0);
        int outputs = numbers.integer(
                part == null ? 0 : part.branches.get(0).factors().outputs());
        int inputs = numbers.integer(
                part == null ? 0 : part.branches.get(0).factors().inputs());
        int count = numbers.integer(part == null ? 0 : part.branches.size());
        List<Branch> branches = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Branch branch = part == null ? null : part.branches.get(i);
            int rank = numbers.integer(branch == null ? 0 : branch.factors().rank());
            double weight = numbers.decimal(branch == null ? 0 : branch.weight());
            double scaling =
                    numbers.decimal(branch == null ? 0 : branch.factors().scaling());
            Matrix a = branch == null
                    ? Matrix.zeros(rank, inputs)
                    : branch.factors().a();
            Matrix b = branch == null
                    ? Matrix.zeros(outputs, rank)
                    : branch.factors().b();
            numbers.floats(a.data());
            numbers.floats(b.data());
            branches.add(new Branch(weight, new LoraFactors(a, b, scaling)));
        }
        return new FactoredChange(row, column, transposed == 1, branches);
    }
}
