package ham.spark.score;

import ham.runtime.ModelException;
import ham.runtime.classify.Answer;
import ham.runtime.classify.Labels;
import ham.runtime.classify.Prediction;
import ham.runtime.classify.Reading;
import ham.runtime.classify.Supplement;
import ham.runtime.model.Model;
import ham.runtime.tensor.Tensor;
import ham.runtime.tensor.TensorSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.ml.linalg.Vectors;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import scala.jdk.javaapi.CollectionConverters;

/** Puts what a model gives behind the columns of a row. Classes are told as {@link ham.runtime.classify.Classifier} tells them. */
final class Answering {
    private static final String FEATURES = "features";

    private final String model;
    private final AnswerColumns columns;
    private final int topK;
    private final Optional<Reading> reading;
    private final int features;

    /** @throws ModelException when the model does not give what is wanted */
    Answering(Model model, ScoreSettings settings) {
        this.model = model.name();
        this.columns = settings.columns();
        this.topK = settings.topK();
        this.reading = columns.classes() ? Optional.of(reading(model)) : Optional.empty();
        this.features = columns.features().isEmpty() ? -1 : features(model, settings);
    }

    private static Reading reading(Model model) {
        List<String> labels = Labels.fromJson(
                Metadata.require(model, Labels.METADATA_KEY, "leave out the columns of classes, and take features"),
                model.name() + ", metadata " + Labels.METADATA_KEY);
        return Reading.of(model, labels, Supplement.NONE);
    }

    private static int features(Model model, ScoreSettings settings) {
        List<String> names = model.outputs().stream().map(TensorSpec::name).toList();
        String name = settings.featuresOutput();
        String wanted = name.isEmpty() ? FEATURES : name;
        int index = names.indexOf(wanted);
        if (index < 0 && name.isEmpty() && !settings.columns().classes()) {
            index = 0;
        }
        if (index < 0) {
            throw new ModelException(model.name() + ": expected an output " + wanted + " for features, found " + names
                    + "; name the one that is meant.");
        }
        TensorSpec output = model.outputs().get(index);
        if (settings.kind() == InputKind.TEXT && output.shape().size() != 2) {
            throw new ModelException(model.name() + ": expected features of a text in one vector, [batch, size], found "
                    + output.name() + " " + output.shapeText() + "; name the output that is meant.");
        }
        return index;
    }

    /**
     * Rows with answers.
     *
     * @param outputs of a run whose first rows are these
     * @throws ModelException when the outputs are not those of so many rows
     */
    List<Row> answered(List<Row> rows, List<Tensor> outputs, int batch) {
        List<Answer> answers =
                reading.map(each -> each.answers(outputs, rows.size())).orElse(List.of());
        float[] values = features < 0 ? new float[0] : features(outputs.get(features), batch);
        List<Row> answered = new ArrayList<>(rows.size());
        for (int i = 0; i < rows.size(); i++) {
            Row row = rows.get(i);
            try {
                List<Object> added = new ArrayList<>();
                if (!answers.isEmpty()) {
                    addClasses(added, answers.get(i));
                }
                add(added, columns.features(), features < 0 ? null : vector(values, batch, i));
                add(added, columns.error(), null);
                answered.add(extended(row, added));
            } catch (ModelException e) {
                answered.add(failed(row, e.getMessage()));
            }
        }
        return answered;
    }

    private void addClasses(List<Object> added, Answer answer) {
        List<Prediction> best = answer.top(topK);
        if (best.isEmpty()) {
            throw new ModelException(model + ": expected a class that is probable, found none.");
        }
        add(
                added,
                columns.labels(),
                CollectionConverters.asScala(
                                best.stream().map(Prediction::label).toList())
                        .toSeq());
        add(
                added,
                columns.probabilities(),
                CollectionConverters.asScala(best.stream()
                                .map(each -> (float) each.probability())
                                .toList())
                        .toSeq());
        add(added, columns.prediction(), (double) best.get(0).index());
        if (!columns.probability().isEmpty()) {
            added.add(Vectors.dense(answer.all()));
        }
    }

    private float[] features(Tensor output, int batch) {
        if (output.shape().isEmpty() || output.shape().get(0) != batch) {
            throw new ModelException(model + ": expected features of " + batch + " rows, found an output of shape "
                    + output.shape() + ".");
        }
        return output.floats();
    }

    private static Vector vector(float[] values, int rows, int row) {
        int width = values.length / rows;
        double[] doubles = new double[width];
        for (int i = 0; i < width; i++) {
            doubles[i] = values[row * width + i];
        }
        return Vectors.dense(doubles);
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
    Row failed(Row row, String error) {
        if (columns.error().isEmpty()) {
            throw new ModelException(error);
        }
        List<Object> answers = new ArrayList<>();
        for (int i = 1; i < columns.count(); i++) {
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
}
