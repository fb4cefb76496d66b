package ham.export.encoder;

import ham.export.graph.Operators;
import ham.export.graph.Value;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** The constants and shapes of a graph, each added once. */
final class GraphShapes {
    private final Operators operators;
    private final Value input;
    private final Map<String, Value> made = new HashMap<>();

    /** Of a graph whose input's first size counts inputs, and the second, of texts, tokens. */
    GraphShapes(Operators operators, Value input) {
        this.operators = operators;
        this.input = input;
    }

    /** A value that is made when it is first asked for. */
    Value once(String name, Supplier<Value> maker) {
        Value value = made.get(name);
        if (value == null) {
            value = maker.get();
            made.put(name, value);
        }
        return value;
    }

    /** An int64 vector. */
    Value constant(long... values) {
        String name = "shape."
                + String.join(
                        "_", Arrays.stream(values).mapToObj(String::valueOf).toList());
        return once(name, () -> operators.shape(name, values));
    }

    /** An int64 scalar. */
    Value index(long index) {
        String name = "index." + index;
        return once(name, () -> operators.graph().initializer(name, List.of(), new long[] {index}));
    }

    /** A float32 scalar. */
    Value number(double number) {
        String name = "number." + (float) number;
        return once(name, () -> operators.scalar(name, number));
    }

    /** The number of inputs, a vector of one. */
    Value inputs() {
        return once("sizes.inputs", () -> operators.sizes("sizes.inputs", input, 0, 1));
    }

    /** The number of tokens of a text, a vector of one. */
    Value tokens() {
        return once("sizes.tokens", () -> operators.sizes("sizes.tokens", input, 1, 2));
    }

    /** A value in other sizes, of which some may be free. */
    Value reshape(String name, Value x, int... sizes) {
        long free = Arrays.stream(sizes).filter(size -> size < 0).count();
        if (free <= 1) {
            long[] known =
                    Arrays.stream(sizes).mapToLong(size -> Math.max(size, -1)).toArray();
            return operators.reshape(name, x, constant(known));
        }
        if (free > 2 || sizes[0] != GraphValue.INPUTS || sizes[1] != GraphValue.TOKENS) {
            throw new IllegalArgumentException("no shape for " + Arrays.toString(sizes));
        }
        long[] rest = Arrays.stream(sizes).skip(2).asLongStream().toArray();
        String shape = "sizes."
                + String.join("_", Arrays.stream(rest).mapToObj(String::valueOf).toList());
        return operators.reshape(
                name,
                x,
                once(
                        shape,
                        () -> operators.concatenate(
                                shape,
                                0,
                                once("sizes.both", () -> operators.sizes("sizes.both", input, 0, 2)),
                                constant(rest))));
    }

    /** The sizes of an elementwise result. */
    static int[] broadcast(int[] a, int[] b) {
        int rank = Math.max(a.length, b.length);
        int[] sizes = new int[rank];
        for (int axis = 1; axis <= rank; axis++) {
            int first = axis <= a.length ? a[a.length - axis] : 1;
            int second = axis <= b.length ? b[b.length - axis] : 1;
            if (first != second && first != 1 && second != 1) {
                throw new IllegalArgumentException(
                        "sizes " + Arrays.toString(a) + " and " + Arrays.toString(b) + " do not fit each other");
            }
            sizes[rank - axis] = first == 1 ? second : first;
        }
        return sizes;
    }
}
