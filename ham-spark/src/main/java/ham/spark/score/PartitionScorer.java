package ham.spark.score;

import ham.runtime.model.Model;
import ham.spark.ship.CarriedTokenizer;
import ham.spark.ship.ExecutorModels;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Objects;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.sql.Row;

/** Scores the rows of a partition batch by batch, as they are taken: a task holds no more than one batch of rows, of texts {@code 16}. */
public final class PartitionScorer implements MapPartitionsFunction<Row, Row> {
    private static final long serialVersionUID = 1L;

    private final ScoreSettings settings;

    /** With what was decided on the driver. */
    public PartitionScorer(ScoreSettings settings) {
        this.settings = settings;
    }

    /**
     * Checks that a model takes what comes and gives what is wanted.
     *
     * @throws ham.runtime.ModelException when it does not
     */
    public static void check(Model model, ScoreSettings settings) {
        try (CarriedTokenizer tokenizer = new CarriedTokenizer(model);
                BatchRunner<?> runner = BatchRunner.of(model, tokenizer, settings)) {
            Objects.requireNonNull(runner);
        }
    }

    @Override
    public Iterator<Row> call(Iterator<Row> rows) {
        return rows.hasNext() ? new Answers(rows, settings) : rows;
    }

    /** Rows with answers. The session is given back when the task ends, however it does. */
    private static final class Answers implements Iterator<Row> {
        private final Iterator<Row> rows;
        private final int atOnce;
        private final BatchRunner<?> runner;
        private Iterator<Row> answered = List.<Row>of().iterator();

        Answers(Iterator<Row> rows, ScoreSettings settings) {
            this.rows = rows;
            this.atOnce =
                    Math.multiplyExact(settings.batchSize(), settings.kind().batches());
            TaskContext task = TaskContext.get();
            int threads = settings.threads() > 0 ? settings.threads() : Math.max(1, task.cpus());
            ExecutorModels.Lease lease = ExecutorModels.take(settings.model(), threads);
            try {
                this.runner = BatchRunner.of(lease.model(), lease::tokenizer, settings);
            } catch (RuntimeException e) {
                lease.close();
                throw e;
            }
            task.addTaskCompletionListener(ended -> {
                runner.close();
                lease.close();
            });
        }

        @Override
        public boolean hasNext() {
            return answered.hasNext() || rows.hasNext();
        }

        @Override
        public Row next() {
            if (!answered.hasNext()) {
                if (!rows.hasNext()) {
                    throw new NoSuchElementException();
                }
                List<Row> batch = new ArrayList<>();
                while (batch.size() < atOnce && rows.hasNext()) {
                    batch.add(rows.next());
                }
                answered = runner.answer(batch).iterator();
            }
            return answered.next();
        }
    }
}
