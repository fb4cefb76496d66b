package ham.runtime.text;

import ham.runtime.ModelException;
import ham.runtime.tensor.ElementType;
import ham.runtime.tensor.Tensor;
import ham.runtime.tensor.TensorSpec;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Token numbers of several texts as a model takes them, padded to the longest of them. */
public final class TokenBatch {
    /** Name of the token numbers, int64 [n, t]. */
    public static final String IDS = "input_ids";

    /** Name of the mask, int64 [n, t]: 1 for a token, 0 for padding. */
    public static final String MASK = "attention_mask";

    /** Name of the segments, int64 [n, t], all 0: there is one text in a row. */
    public static final String TYPES = "token_type_ids";

    private TokenBatch() {}

    /** Whether an input of that name takes something of a text's tokens. */
    public static boolean isTokens(String input) {
        return List.of(IDS, MASK, TYPES).contains(input);
    }

    /**
     * Checks that a model takes nothing but tokens.
     *
     * @param name of the model, for messages
     * @throws ModelException if it has other inputs
     */
    public static void requireInputs(List<TensorSpec> inputs, String name) {
        for (TensorSpec input : inputs) {
            if (!isTokens(input.name())) {
                throw new ModelException(name + ": expected the inputs " + IDS + ", " + MASK + " and " + TYPES
                        + " of a text encoder, found " + input.name() + ".");
            }
        }
    }

    /**
     * The inputs that a model has, each int64 or int32 [n, t] as it is declared.
     *
     * @param specs its inputs, as {@link #requireInputs} lets them pass
     * @param rows tokens of each text; at least one row
     * @param padding number of the padding token
     */
    public static Map<String, Tensor> inputs(List<TensorSpec> specs, List<long[]> rows, long padding) {
        Map<String, Tensor> batch = of(rows, padding);
        Tensor ids = batch.get(IDS);
        long count = ids.shape().get(0);
        long length = ids.shape().get(1);
        Map<String, Tensor> inputs = new LinkedHashMap<>();
        for (TensorSpec spec : specs) {
            long[] values = spec.name().equals(TYPES)
                    ? new long[ids.elements()]
                    : batch.get(spec.name()).longs();
            inputs.put(
                    spec.name(),
                    spec.dtype().equals(ElementType.INT32.label())
                            ? Tensor.of(
                                    Arrays.stream(values)
                                            .mapToInt(Math::toIntExact)
                                            .toArray(),
                                    count,
                                    length)
                            : Tensor.of(values, count, length));
        }
        return inputs;
    }

    /**
     * Numbers and mask.
     *
     * @param rows tokens of each text; at least one row
     * @param padding number of the padding token
     */
    public static Map<String, Tensor> of(List<long[]> rows, long padding) {
        int longest = rows.stream().mapToInt(row -> row.length).max().orElseThrow();
        long[] ids = new long[rows.size() * longest];
        long[] mask = new long[ids.length];
        Arrays.fill(ids, padding);
        for (int i = 0; i < rows.size(); i++) {
            long[] row = rows.get(i);
            System.arraycopy(row, 0, ids, i * longest, row.length);
            Arrays.fill(mask, i * longest, i * longest + row.length, 1);
        }
        Map<String, Tensor> inputs = new LinkedHashMap<>();
        inputs.put(IDS, Tensor.of(ids, rows.size(), longest));
        inputs.put(MASK, Tensor.of(mask, rows.size(), longest));
        return inputs;
    }
}
