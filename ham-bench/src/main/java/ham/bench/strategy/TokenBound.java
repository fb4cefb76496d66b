package ham.bench.strategy;

import ham.runtime.ModelException;
import ham.runtime.model.Bound;
import ham.runtime.tensor.Tensor;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** Runs on the same tokens; unlike those of images the outputs are new at every run, since their sizes follow from the tokens. */
final class TokenBound implements Bound {
    private final Map<String, Tensor> given;
    private final Function<Map<String, Tensor>, float[]> model;
    private FloatBuffer output = FloatBuffer.allocate(0);

    TokenBound(Map<String, Tensor> given, Function<Map<String, Tensor>, float[]> model) {
        this.given = Map.copyOf(given);
        this.model = model;
    }

    @Override
    public ByteBuffer input() {
        return given.values().iterator().next().data();
    }

    @Override
    public FloatBuffer inputFloats() {
        throw new ModelException("Expected a model of images, found one of texts.");
    }

    @Override
    public void run() {
        output = FloatBuffer.wrap(model.apply(given));
    }

    @Override
    public FloatBuffer output() {
        return output;
    }

    @Override
    public List<Tensor> outputs() {
        return List.of(Tensor.of(output.array(), output.capacity()));
    }

    @Override
    public void close() {
        // Its buffers are the garbage collector's.
    }
}
