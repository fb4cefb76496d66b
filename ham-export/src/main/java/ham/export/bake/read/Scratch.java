package ham.export.bake.read;

import java.util.HashMap;
import java.util.Map;

/** Arrays that are used over and over, so that a large model does not fill the heap with them. */
public final class Scratch {

    private final Map<Integer, float[]> arrays = new HashMap<>();

    /** An array of a length, with whatever it was used for last. */
    public float[] floats(int length) {
        return arrays.computeIfAbsent(length, float[]::new);
    }
}
