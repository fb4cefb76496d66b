package ham.spark.score;

import ham.runtime.tensor.Tensor;
import java.util.List;
import java.util.function.Function;
import org.apache.spark.sql.Row;

/**
 * How one kind of input gets from rows into a model.
 *
 * @param <T> what the model gets of a row
 */
interface Feed<T> extends AutoCloseable {
    /** What the model gets of each row, in the order of the rows; what is wrong with one becomes text. */
    List<Input<T>> read(List<Row> rows);

    /** How long an input is: those of like size run beside each other, and of one size in the order of their rows. */
    default int size(T content) {
        return 0;
    }

    /** Whether both can go into one run. */
    default boolean fits(T one, T other) {
        return true;
    }

    /**
     * Runs the model.
     *
     * @param inputs at least one; they fit each other
     * @param rows of the run; what it has beyond the inputs is filled up
     * @param reader gets all outputs in the order of the graph, which may be overwritten behind it
     */
    <R> R run(List<T> inputs, int rows, Function<List<Tensor>, R> reader);

    @Override
    default void close() {}

    /**
     * A row and what the model gets of it.
     *
     * @param row as it came
     * @param content null where there is an error
     * @param error why there is no content; else null
     */
    record Input<T>(Row row, T content, String error) {
        boolean isGood() {
            return error == null;
        }
    }
}
