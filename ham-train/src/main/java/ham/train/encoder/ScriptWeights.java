package ham.train.encoder;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ham.merge.checkpoint.Checkpoint;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/** The arrays that a script is passed: each gets its place when it is first asked for, and is loaded then. */
final class ScriptWeights {
    private final Checkpoint checkpoint;
    private final NDManager manager;
    private final Map<String, Integer> fixedPlaces = new LinkedHashMap<>();
    private final List<NDArray> fixed = new ArrayList<>();
    private final Map<String, NDArray> linear = new LinkedHashMap<>();

    ScriptWeights(Checkpoint checkpoint, NDManager manager) {
        this.checkpoint = checkpoint;
        this.manager = manager;
    }

    List<NDArray> fixed() {
        return fixed;
    }

    /** Weights of linear layers by name, in the order of their places. */
    Map<String, NDArray> linear() {
        return linear;
    }

    private static Shape shape(List<Long> sizes) {
        return new Shape(sizes.stream().mapToLong(each -> each).toArray());
    }

    private String fixed(String key, Supplier<NDArray> array) {
        Integer place = fixedPlaces.get(key);
        if (place == null) {
            place = fixed.size();
            fixed.add(array.get());
            fixedPlaces.put(key, place);
        }
        return "fixed[" + place + "]";
    }

    /** A tensor that no adapter changes. */
    String fixed(String name) {
        return fixed(name, () -> manager.create(checkpoint.floats(name), shape(checkpoint.shape(name))));
    }

    /** Zeros for a layer without a bias: the script always adds one. */
    String noBias(String weight) {
        long outputs = checkpoint.layerShape(weight).get(0);
        return fixed("zeros " + outputs, () -> manager.zeros(new Shape(outputs)));
    }

    String constant(String name, Supplier<float[]> values, long... shape) {
        return fixed("constant " + name, () -> manager.create(values.get(), new Shape(shape)));
    }

    String numbers(String name, Supplier<int[]> values, long... shape) {
        return fixed(
                name,
                () -> manager.create(
                        IntStream.of(values.get()).mapToLong(each -> each).toArray(), new Shape(shape)));
    }

    /** The weight [out, in] of a linear layer. */
    String linear(String name) {
        linear.computeIfAbsent(
                name, each -> manager.create(checkpoint.floats(each), shape(checkpoint.layerShape(each))));
        return "w[" + List.copyOf(linear.keySet()).indexOf(name) + "]";
    }
}
