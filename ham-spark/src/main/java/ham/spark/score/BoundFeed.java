package ham.spark.score;

import ham.runtime.ModelException;
import ham.runtime.model.Bound;
import ham.runtime.model.BoundPool;
import ham.runtime.model.Model;
import ham.runtime.tensor.Tensor;
import java.util.List;
import java.util.function.Function;
import org.apache.spark.sql.Row;

/** Inputs of one shape that are written where the model reads them. */
abstract class BoundFeed<T> implements Feed<T> {
    private final int column;
    private final BoundPool bounds;

    /** @param column where the input stands in a row */
    BoundFeed(Model model, int column) {
        this.column = column;
        this.bounds = new BoundPool(model);
    }

    /**
     * What the model gets of a value that is there.
     *
     * @throws ModelException when it is none that can be scored
     */
    abstract T content(Object value);

    /** Shape of the model's input for inputs that fit this one. */
    abstract long[] shape(T first, int rows);

    /** Writes inputs, and zeros behind them. */
    abstract void fill(List<T> inputs, Bound bound);

    @Override
    public final List<Input<T>> read(List<Row> rows) {
        return rows.stream().map(this::read).toList();
    }

    private Input<T> read(Row row) {
        Object value = row.get(column);
        if (value == null) {
            return new Input<>(row, null, "Expected an input, found null.");
        }
        try {
            return new Input<>(row, content(value), null);
        } catch (ModelException e) {
            return new Input<>(row, null, e.getMessage());
        }
    }

    @Override
    public final <R> R run(List<T> inputs, int rows, Function<List<Tensor>, R> reader) {
        BoundPool.Shaped taken = bounds.take(shape(inputs.get(0), rows));
        try {
            fill(inputs, taken.bound());
            taken.bound().run();
            return reader.apply(taken.bound().outputs());
        } finally {
            bounds.give(taken);
        }
    }

    @Override
    public final void close() {
        bounds.close();
    }
}
