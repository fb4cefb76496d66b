package ham.export.bake.read;

import java.util.List;
import java.util.Optional;

/**
 * A constant of a graph: an initializer, or the value of a Constant node.
 *
 * @param name under which nodes read it
 * @param constantNode index of the Constant node that holds it; -1 for an initializer
 * @param dataType ONNX's number of the element type
 * @param dims its dimensions
 * @param field its whole field in the model file: in the graph, or in the attribute of its node
 * @param source the file that holds its values
 * @param values where they stand there in one piece; empty if they are a list of numbers of another form
 */
public record TensorEntry(
        String name,
        int constantNode,
        int dataType,
        List<Long> dims,
        Range field,
        ByteFile source,
        Optional<Range> values) {

    public TensorEntry {
        dims = List.copyOf(dims);
    }

    /** Number of elements. */
    public long elements() {
        return dims.stream().mapToLong(Long::longValue).reduce(1, (a, b) -> a * b);
    }
}
