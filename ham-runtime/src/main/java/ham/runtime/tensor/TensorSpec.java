package ham.runtime.tensor;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * An input or output of a model as its file declares it.
 *
 * @param name name in the graph
 * @param dtype element type as ONNX and numpy call it, for example {@code float32}; {@code sequence} or {@code map} for what
 *     is no tensor
 * @param shape one number per dimension, -1 for a dynamic one
 * @param dimensionNames one name per dimension, empty where it has none
 */
public record TensorSpec(String name, String dtype, List<Long> shape, List<String> dimensionNames) {
    public TensorSpec {
        shape = List.copyOf(shape);
        dimensionNames = List.copyOf(dimensionNames);
    }

    /** The shape with names for dynamic dimensions, for example {@code [batch, 3, 32, 32]}. */
    public String shapeText() {
        return IntStream.range(0, shape.size())
                .mapToObj(this::dimensionText)
                .collect(Collectors.joining(", ", "[", "]"));
    }

    private String dimensionText(int i) {
        if (shape.get(i) >= 0) {
            return shape.get(i).toString();
        }
        return dimensionNames.get(i).isEmpty() ? "?" : dimensionNames.get(i);
    }
}
