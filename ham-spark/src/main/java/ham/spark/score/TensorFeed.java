package ham.spark.score;

import ham.runtime.ModelException;
import ham.runtime.model.Bound;
import ham.runtime.model.Model;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.Optional;

/** Values of float32 after preprocessing. */
final class TensorFeed extends BoundFeed<float[]> {
    private final InputKind kind;
    private final List<Long> shape;
    private final long elements;

    /** @throws ModelException when the model takes none of one size */
    TensorFeed(Model model, ScoreSettings settings) {
        super(model, settings.input());
        this.kind = settings.kind();
        this.shape = InputShape.of(model, Optional.empty());
        this.elements = shape.stream().reduce(1L, Math::multiplyExact);
    }

    @Override
    float[] content(Object value) {
        float[] values = kind.values(value);
        if (values.length != elements) {
            throw new ModelException("Expected " + elements + " values, " + shape + ", found " + values.length + ".");
        }
        return values;
    }

    @Override
    long[] shape(float[] first, int rows) {
        return InputShape.batch(shape, rows);
    }

    @Override
    void fill(List<float[]> inputs, Bound bound) {
        FloatBuffer floats = bound.inputFloats().clear();
        inputs.forEach(floats::put);
        while (floats.hasRemaining()) {
            floats.put(0);
        }
    }
}
