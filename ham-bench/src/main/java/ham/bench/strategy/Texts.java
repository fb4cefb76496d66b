package ham.bench.strategy;

import ham.runtime.model.Bound;
import ham.runtime.model.OnnxModel;
import ham.runtime.tensor.Tensor;
import ham.runtime.tensor.TensorSpec;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Function;

/** Texts of so many tokens each, none of them padding: seeded numbers that every vocabulary has, since what a text says does not change what it costs. */
final class Texts implements Requests {
    private static final String IDS = "input_ids";
    private static final String MASK = "attention_mask";
    /** Special tokens are below, and few vocabularies end before {@code FIRST + KINDS}. */
    private static final int FIRST = 5;

    private static final int KINDS = 60;

    private final List<TensorSpec> inputs;
    private final int tokens;

    Texts(List<TensorSpec> inputs, int tokens) {
        this.inputs = List.copyOf(inputs);
        this.tokens = tokens;
    }

    /** Whether a model with these inputs takes texts. */
    static boolean areTaken(List<TensorSpec> inputs) {
        return inputs.stream().anyMatch(input -> input.name().equals(IDS));
    }

    @Override
    public Bound bind(OnnxModel model, int count) {
        String first = model.outputs().get(0).name();
        return bind(count, given -> model.run(given).get(first).floats());
    }

    /** Buffers for runs of so many texts. */
    Bound bind(int count, Function<Map<String, Tensor>, float[]> model) {
        Map<String, Tensor> given = new HashMap<>();
        for (TensorSpec input : inputs) {
            if (input.name().equals(IDS)
                    || input.name().equals(MASK)
                    || input.name().equals("token_type_ids")) {
                given.put(input.name(), numbers(input.name(), count));
            }
        }
        return new TokenBound(given, model);
    }

    private Tensor numbers(String input, int count) {
        Random random = new Random(1);
        long[] values = new long[count * tokens];
        for (int i = 0; i < values.length; i++) {
            values[i] = input.equals(IDS) ? FIRST + random.nextInt(KINDS) : input.equals(MASK) ? 1 : 0;
        }
        return Tensor.of(values, count, tokens);
    }
}
