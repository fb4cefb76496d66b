package ham.export.encoder;

import ham.export.graph.Value;

/**
 * A value of a graph with what is known of its shape.
 *
 * @param value as it lies in the graph
 * @param sizes its sizes as the forward pass means them; {@link #INPUTS} and {@link #TOKENS} are free
 * @param form how it lies in the graph
 */
@SuppressWarnings("ArrayRecordComponent")
record GraphValue(Value value, int[] sizes, Form form) {
    /** The number of inputs. */
    static final int INPUTS = -1;
    /** The number of tokens of a text. */
    static final int TOKENS = -2;

    /** How a value lies in the graph. */
    enum Form {
        /** In its sizes. */
        WHOLE,
        /** All but the last size in one, as {@code Gemm} takes it. */
        ROWS,
        /** [n, t, h, size] where [n, h, t, size] is meant. */
        SPLIT
    }

    static GraphValue whole(Value value, int... sizes) {
        return new GraphValue(value, sizes, Form.WHOLE);
    }

    int rank() {
        return sizes.length;
    }

    int last() {
        return sizes[sizes.length - 1];
    }

    /** The same form and sizes of another value. */
    GraphValue like(Value other) {
        return new GraphValue(other, sizes, form);
    }

    int[] with(int axis, int size) {
        int[] other = sizes.clone();
        other[axis] = size;
        return other;
    }
}
