package ham.bench.strategy;

import ham.runtime.model.Bound;
import ham.runtime.model.OnnxModel;
import ham.runtime.tensor.TensorSpec;
import java.util.List;

/** What requests bring to a model: images or texts. */
interface Requests {
    /**
     * For a model's inputs.
     *
     * @param model its name
     * @param tokens of a text
     * @throws ham.runtime.ModelException when it takes neither
     */
    static Requests of(String model, List<TensorSpec> inputs, int tokens) {
        return Texts.areTaken(inputs) ? new Texts(inputs, tokens) : Images.of(model, inputs.get(0));
    }

    /** Buffers that hold so many of them, for runs of a model. */
    Bound bind(OnnxModel model, int count);
}
