package ham.spark.score;

import ham.spark.ship.ExecutorModels;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.sql.Row;

/** OutputProbabilities the rows of a partition batch by batch, as they are taken: a task holds no more than one batch of rows. */
public final class PartitionScorer implements MapPartitionsFunction<Row, Row> {
    private static final long serialVersionUID = 1L;

    private final ScoreSettings settings;

    /** With what was decided on the driver. */
    public PartitionScorer(ScoreSettings settings) {
        this.settings = settings;
    }

    @Override
    public Iterator<Row> call(Iterator<Row> rows) {
        return rows.hasNext() ? new Answers(rows, settings) : rows;
    }

    /** Rows with answers. The session is given back when the task ends, however it does. */
    private static final class Answers implements Iterator<Row> {
        private final Iterator<Row> rows;
        private final int batchSize;
        private final BatchRunner runner;
        private Iterator<Row> answered = List.<Row>of().iterator();

        Answers(Iterator<Row> rows, ScoreSettings settings) {
            this.rows = rows;
            this.batchSize = settings.batchSize();
            TaskContext task = TaskContext.get();
            int threads = settings.threads() > 0 ? settings.threads() : Math.max(1, task.cpus());
            ExecutorModels.Lease lease = ExecutorModels.take(settings.model(), threads);
            try {
                this.runner = new BatchRunner(lease.model(), settings);
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
                List<Row> batch = new ArrayList<>(batchSize);
                while (batch.size() < batchSize && rows.hasNext()) {
                    batch.add(rows.next());
                }
                answered = runner.answer(batch).iterator();
            }
            return answered.next();
        }
    }
}
