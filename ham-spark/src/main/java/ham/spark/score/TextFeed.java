package ham.spark.score;

import ham.runtime.ModelException;
import ham.runtime.model.Model;
import ham.runtime.tensor.Tensor;
import ham.runtime.text.TextPreprocessing;
import ham.runtime.text.TokenBatch;
import ham.runtime.text.Tokenizer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.spark.sql.Row;

/** Texts, split by the tokenizer that the model carries; a run pads them to its longest. */
final class TextFeed implements Feed<long[]> {
    private final Model model;
    private final int column;
    private final long padding;
    private final Tokenizer tokenizer;

    /**
     * Takes a tokenizer, which stays its owner's to close.
     *
     * @throws ModelException when the model takes no texts, or nothing here splits them
     */
    TextFeed(Model model, ScoreSettings settings, Supplier<Tokenizer> tokenizer) {
        Metadata.require(model, TextPreprocessing.METADATA_KEY, "give it images or tensors instead of texts");
        TokenBatch.requireInputs(model.inputs(), model.name());
        this.model = model;
        this.column = settings.input();
        this.padding =
                TextPreprocessing.fromMetadata(model.metadata(), model.name()).padding();
        this.tokenizer = tokenizer.get();
    }

    @Override
    public List<Input<long[]>> read(List<Row> rows) {
        List<String> texts = rows.stream()
                .filter(row -> !row.isNullAt(column))
                .map(row -> row.getString(column))
                .toList();
        try {
            List<long[]> tokens = tokenizer.encode(texts);
            List<Input<long[]>> inputs = new ArrayList<>(rows.size());
            int next = 0;
            for (Row row : rows) {
                inputs.add(
                        row.isNullAt(column)
                                ? new Input<>(row, null, "Expected a text, found null.")
                                : new Input<>(row, tokens.get(next++), null));
            }
            return inputs;
        } catch (ModelException e) {
            if (rows.size() == 1) {
                return List.of(new Input<>(rows.get(0), null, e.getMessage()));
            }
            // One that cannot be split costs its own row.
            return rows.stream().flatMap(row -> read(List.of(row)).stream()).toList();
        }
    }

    @Override
    public int size(long[] tokens) {
        return tokens.length;
    }

    @Override
    public <R> R run(List<long[]> inputs, int rows, Function<List<Tensor>, R> reader) {
        List<long[]> all = new ArrayList<>(inputs);
        all.addAll(Collections.nCopies(rows - inputs.size(), inputs.get(0)));
        return reader.apply(List.copyOf(
                model.run(TokenBatch.inputs(model.inputs(), all, padding)).values()));
    }
}
