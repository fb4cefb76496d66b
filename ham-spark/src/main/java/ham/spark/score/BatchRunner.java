package ham.spark.score;

import ham.runtime.ModelException;
import ham.runtime.model.BatchLimits;
import ham.runtime.model.Model;
import ham.runtime.text.Tokenizer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.apache.spark.sql.Row;

/** Runs batches of one task, and puts the answers behind the columns of their rows. */
final class BatchRunner<T> implements AutoCloseable {
    private final Feed<T> feed;
    private final Answering answering;
    private final BatchLimits limits;
    private final int batchSize;

    private BatchRunner(Feed<T> feed, Model model, ScoreSettings settings) {
        this.feed = feed;
        this.limits = model.batchLimits();
        this.batchSize = settings.batchSize();
        this.answering = new Answering(model, settings);
    }

    /**
     * For rows of one kind.
     *
     * @param tokenizer of the model; asked for only where texts come
     * @throws ModelException when the model does not take what comes or does not give what is wanted
     */
    static BatchRunner<?> of(Model model, Supplier<Tokenizer> tokenizer, ScoreSettings settings) {
        return switch (settings.kind()) {
            case ENCODED_IMAGE, SPARK_IMAGE -> new BatchRunner<>(new ImageFeed(model, settings), model, settings);
            case ARRAY, VECTOR -> new BatchRunner<>(new TensorFeed(model, settings), model, settings);
            case TEXT -> new BatchRunner<>(new TextFeed(model, settings, tokenizer), model, settings);
        };
    }

    /** Rows with answers, in the order of the rows that are given. */
    List<Row> answer(List<Row> rows) {
        List<Feed.Input<T>> inputs = feed.read(rows);
        Row[] answers = new Row[rows.size()];
        int[] order = IntStream.range(0, answers.length)
                .filter(i -> inputs.get(i).isGood())
                .boxed()
                .sorted(Comparator.comparingInt(i -> feed.size(inputs.get(i).content())))
                .mapToInt(each -> each)
                .toArray();
        for (int i = 0; i < answers.length; i++) {
            if (!inputs.get(i).isGood()) {
                answers[i] = answering.failed(rows.get(i), inputs.get(i).error());
            }
        }
        for (int first = 0; first < order.length; ) {
            int most = first + limits.count(order.length - first, batchSize);
            T content = inputs.get(order[first]).content();
            int end = first + 1;
            while (end < most && feed.fits(content, inputs.get(order[end]).content())) {
                end++;
            }
            List<Row> part = run(IntStream.range(first, end)
                    .mapToObj(i -> inputs.get(order[i]))
                    .toList());
            for (int i = first; i < end; i++) {
                answers[order[i]] = part.get(i - first);
            }
            first = end;
        }
        return List.of(answers);
    }

    /** One run; where it fails as a whole, row by row, so that no row pays for another. */
    private List<Row> run(List<Feed.Input<T>> inputs) {
        try {
            int batch = limits.rows(inputs.size());
            List<Row> rows = inputs.stream().map(Feed.Input::row).toList();
            return feed.run(
                    inputs.stream().map(Feed.Input::content).toList(),
                    batch,
                    outputs -> answering.answered(rows, outputs, batch));
        } catch (ModelException e) {
            if (inputs.size() == 1) {
                return List.of(answering.failed(inputs.get(0).row(), e.getMessage()));
            }
            List<Row> rows = new ArrayList<>();
            inputs.forEach(input -> rows.addAll(run(List.of(input))));
            return rows;
        }
    }

    @Override
    public void close() {
        feed.close();
    }
}
