package ham.merge.encoder;

import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The tensors that a configuration implies, collected with their shapes. */
public final class TensorShapes {
    private final Map<String, List<Long>> shapes = new LinkedHashMap<>();

    /** A tensor. */
    public TensorShapes add(String name, long... sizes) {
        shapes.put(name, Arrays.stream(sizes).boxed().toList());
        return this;
    }

    /** Weight [out, in] of a module, and its bias [out] if it has one. */
    public TensorShapes linear(String module, long outputs, long inputs, boolean bias) {
        add(module + ".weight", outputs, inputs);
        return bias ? add(module + ".bias", outputs) : this;
    }

    /** Weight and bias [d] of a LayerNorm. */
    public TensorShapes norm(String module, long width) {
        return add(module + ".weight", width).add(module + ".bias", width);
    }

    /** Query, key and value of a block, or the tensor that holds all three. */
    public TensorShapes projections(EncoderNames names, int block, long width, boolean bias) {
        if (names.fused(block).isPresent()) {
            return linear(names.fused(block).get(), 3 * width, width, bias);
        }
        for (Part part : List.of(Part.QUERY, Part.KEY, Part.VALUE)) {
            linear(names.name(part, block), width, width, bias);
        }
        return this;
    }

    /** The shapes by name in the order they came. */
    public Map<String, List<Long>> all() {
        return Collections.unmodifiableMap(shapes);
    }
}
