package ham.bench.strategy;

import ham.runtime.model.Bound;
import ham.runtime.model.OnnxModel;
import ham.runtime.tensor.Tensor;
import ham.runtime.tensor.TensorSpec;
import ham.runtime.text.TokenBatch;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Function;
import java.util.stream.Stream;

/** Texts of so many tokens each, none of them padding: seeded numbers that every vocabulary has, since what a text says does not change what it costs. */
final class Texts implements Requests {
    /** Special tokens are below, and few vocabularies end before {@code FIRST + KINDS}. */
    private static final int FIRST = 5;

    private static final int KINDS = 60;

    private final List<TensorSpec> inputs;
    private final int tokens;

    Texts(List<TensorSpec> inputs, int tokens) {
        this.inputs = inputs.stream()
                .filter(input -> TokenBatch.isTokens(input.name()))
                .toList();
        this.tokens = tokens;
    }

    /** Whether a model with these inputs takes texts. */
    static boolean areTaken(List<TensorSpec> inputs) {
        return inputs.stream().anyMatch(input -> input.name().equals(TokenBatch.IDS));
    }

    @Override
    public Bound bind(OnnxModel model, int count) {
        String first = model.outputs().get(0).name();
        return bind(count, given -> model.run(given).get(first).floats());
    }

    /** Buffers for runs of so many texts. */
    Bound bind(int count, Function<Map<String, Tensor>, float[]> model) {
        Random random = new Random(1);
        List<long[]> rows = Stream.generate(() ->
                        random.ints(tokens, FIRST, FIRST + KINDS).asLongStream().toArray())
                .limit(count)
                .toList();
        return new TokenBound(TokenBatch.inputs(inputs, rows, 0), model);
    }
}
