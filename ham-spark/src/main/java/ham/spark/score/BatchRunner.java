package ham.spark.score;

import ham.runtime.ModelException;
import ham.runtime.model.Bound;
import ham.runtime.model.BoundPool;
import ham.runtime.model.Model;
import ham.runtime.tensor.Tensor;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.ml.linalg.Vectors;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import scala.jdk.javaapi.CollectionConverters;

/** Runs batches of one task, and puts the answers behind the columns of their rows. */
final class BatchRunner implements AutoCloseable {
    private final Model model;
    private final ScoreSettings settings;
    private final ModelShape shape;
    private final BoundPool bounds;

    BatchRunner(Model model, ScoreSettings settings) {
        this.model = model;
        this.settings = settings;
        this.shape = ModelShape.of(model, settings);
        this.bounds = new BoundPool(model);
    }

    /** Rows with answers, in the order of the rows that are given. */
    List<Row> answer(List<Row> rows) {
        Row[] answers = new Row[rows.size()];
        List<RowInput> inputs = new ArrayList<>();
        List<Integer> places = new ArrayList<>();
        for (int i = 0; i < rows.size(); i++) {
            RowInput input = RowInput.of(rows.get(i), settings, shape);
            if (input.isGood()) {
                inputs.add(input);
                places.add(i);
            } else {
                answers[i] = failed(input.row(), input.error());
            }
        }
        for (int first = 0; first < inputs.size(); ) {
            int count = shape.batch().count(inputs.size() - first, settings.batchSize());
            int end = first + 1;
            while (end < first + count && inputs.get(first).fits(inputs.get(end))) {
                end++;
            }
            List<Row> part = run(inputs.subList(first, end));
            for (int i = first; i < end; i++) {
                answers[places.get(i)] = part.get(i - first);
            }
            first = end;
        }
        return List.of(answers);
    }

    /** One run; where it fails as a whole, row by row, so that no row pays for another. */
    private List<Row> run(List<RowInput> inputs) {
        try {
            return runTogether(inputs);
        } catch (ModelException e) {
            if (inputs.size() == 1) {
                return List.of(failed(inputs.get(0).row(), e.getMessage()));
            }
            List<Row> rows = new ArrayList<>();
            inputs.forEach(input -> rows.addAll(run(List.of(input))));
            return rows;
        }
    }

    private List<Row> runTogether(List<RowInput> inputs) {
        int batch = shape.batch().rows(inputs.size());
        BoundPool.Shaped taken = bounds.take(shape(inputs.get(0), batch));
        try {
            fill(inputs, taken.bound());
            taken.bound().run();
            List<Tensor> outputs = taken.bound().outputs();
            OutputProbabilities scores = settings.columns().classes()
                    ? new OutputProbabilities(model, outputs, shape.labels().size())
                    : null;
            float[] features = shape.features() < 0 ? null : features(outputs.get(shape.features()), batch);
            List<Row> rows = new ArrayList<>(inputs.size());
            for (int i = 0; i < inputs.size(); i++) {
                rows.add(answered(inputs.get(i).row(), scores, features, batch, i));
            }
            return rows;
        } finally {
            bounds.give(taken);
        }
    }

    private float[] features(Tensor output, int batch) {
        if (output.shape().isEmpty() || output.shape().get(0) != batch) {
            throw new ModelException(model.name() + ": expected features of " + batch
                    + " rows, found an output of shape " + output.shape() + ".");
        }
        return output.floats();
    }

    private long[] shape(RowInput first, int batch) {
        long[] sizes = new long[shape.rowShape().size() + 1];
        sizes[0] = batch;
        for (int i = 1; i < sizes.length; i++) {
            sizes[i] = shape.rowShape().get(i - 1);
        }
        if (shape.takesPixels()) {
            sizes[1] = first.image().height();
            sizes[2] = first.image().width();
        }
        return sizes;
    }

    /** Rows that the smallest batch has beyond the inputs become zero. */
    private void fill(List<RowInput> inputs, Bound bound) {
        if (shape.takesPixels()) {
            ByteBuffer bytes = bound.input().clear();
            inputs.forEach(input -> bytes.put(input.image().rgb()));
            while (bytes.hasRemaining()) {
                bytes.put((byte) 0);
            }
            return;
        }
        FloatBuffer floats = bound.inputFloats().clear();
        for (RowInput input : inputs) {
            if (input.image() == null) {
                floats.put(input.values());
            } else {
                shape.preprocessing().orElseThrow().normalize(input.image(), floats);
            }
        }
        while (floats.hasRemaining()) {
            floats.put(0);
        }
    }

    private Row answered(Row row, OutputProbabilities scores, float[] features, int batch, int place) {
        AnswerColumns columns = settings.columns();
        List<Object> answers = new ArrayList<>();
        try {
            if (scores != null) {
                double[] probabilities = scores.probabilities(place);
                int[] best = OutputProbabilities.best(probabilities, settings.topK());
                List<String> labels = new ArrayList<>();
                List<Float> theirs = new ArrayList<>();
                for (int each : best) {
                    labels.add(shape.labels().get(each));
                    theirs.add((float) probabilities[each]);
                }
                add(
                        answers,
                        columns.labels(),
                        CollectionConverters.asScala(labels).toSeq());
                add(
                        answers,
                        columns.probabilities(),
                        CollectionConverters.asScala(theirs).toSeq());
                add(answers, columns.prediction(), (double) best[0]);
                add(answers, columns.probability(), Vectors.dense(probabilities));
            }
        } catch (ModelException e) {
            return failed(row, e.getMessage());
        }
        if (features != null) {
            add(answers, columns.features(), Vectors.dense(OutputProbabilities.row(features, batch, place)));
        }
        add(answers, columns.error(), null);
        return extended(row, answers);
    }

    private static void add(List<Object> answers, String column, Object value) {
        if (!column.isEmpty()) {
            answers.add(value);
        }
    }

    /**
     * A row without an answer.
     *
     * @throws ModelException when there is no column for the reason
     */
    private Row failed(Row row, String error) {
        if (settings.columns().error().isEmpty()) {
            throw new ModelException(error);
        }
        List<Object> answers = new ArrayList<>();
        for (int i = 1; i < settings.columns().count(); i++) {
            answers.add(null);
        }
        answers.add(error);
        return extended(row, answers);
    }

    private static Row extended(Row row, List<Object> answers) {
        Object[] values = new Object[row.size() + answers.size()];
        for (int i = 0; i < row.size(); i++) {
            values[i] = row.get(i);
        }
        for (int i = 0; i < answers.size(); i++) {
            values[row.size() + i] = answers.get(i);
        }
        return RowFactory.create(values);
    }

    @Override
    public void close() {
        bounds.close();
    }
}
