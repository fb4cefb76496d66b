package ham.export.importing;

import ham.export.bake.read.TensorEntry;

/**
 * A weight that a graph holds.
 *
 * @param name as a checkpoint has it
 * @param tensor the constant of the graph
 * @param transposed whether it stands there as [in, out]
 * @param how what told the name: {@code name}, or the label of the node that reads it
 */
public record GraphWeight(String name, TensorEntry tensor, boolean transposed, String how) {
    /** Name of the constant in the graph. */
    public String initializer() {
        return tensor.name();
    }

    /** The part that a table shows: {@code [in, out]} or {@code as it is}. */
    public String layout() {
        return transposed ? "[in, out]" : "as it is";
    }
}
