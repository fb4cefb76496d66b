package ham.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ham.runtime.ModelException;
import ham.runtime.classify.Prediction;
import ham.runtime.classify.TextClassifier;
import ham.runtime.model.SessionSettings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.apache.spark.ml.Pipeline;
import org.apache.spark.ml.PipelineModel;
import org.apache.spark.ml.PipelineStage;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.DataTypes;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Texts, against the classifier that {@code ham run --text} asks. */
class TextModelTest {
    private static final Path BERT = LocalSpark.testData("text/bert.onnx");

    private static HamModel bert() {
        return new HamModel().setModel(BERT.toString());
    }

    private static List<Row> scored(HamModel model, Dataset<Row> rows) {
        return model.transform(rows).orderBy("id").collectAsList();
    }

    /** Of very different lengths, some longer than the model takes; one is empty. */
    private static List<String> texts(int count) {
        Random random = new Random(5);
        List<String> texts = new ArrayList<>(List.of(""));
        while (texts.size() < count) {
            StringBuilder text = new StringBuilder();
            for (int words = 1 + random.nextInt(60); words > 0; words--) {
                text.append(" w").append(random.nextInt(90));
            }
            texts.add(text.substring(1));
        }
        return texts;
    }

    @Test
    void answersAreThoseOfTheClassifier() {
        List<String> texts = texts(300);
        List<Row> rows = scored(
                bert().setTopK(3).setBatchSize(7).setProbabilityCol("probability"),
                LocalSpark.rows(DataTypes.StringType, 3, texts));
        try (TextClassifier classifier = TextClassifier.open(BERT, new SessionSettings(1))) {
            int classes = classifier.labels().size();
            List<List<Prediction>> expected = classifier.classify(texts, classes);
            assertThat(expected.stream()
                            .map(each -> Math.round(1e4 * each.get(0).probability()))
                            .distinct())
                    .as("answers that differ")
                    .hasSizeGreaterThan(100);
            for (int i = 0; i < texts.size(); i++) {
                Row row = rows.get(i);
                assertThat(row.<String>getAs("error")).isNull();
                Vector all = row.getAs("probability");
                for (Prediction each : expected.get(i)) {
                    assertThat(all.apply(each.index())).isCloseTo(each.probability(), within(1e-6));
                }
                double best = expected.get(i).get(0).probability();
                int found = (int) (double) row.<Double>getAs("prediction");
                assertThat(all.apply(found)).isCloseTo(best, within(1e-6));
                List<String> labels = row.getList(row.fieldIndex("labels"));
                assertThat(labels).hasSize(3).startsWith(classifier.labels().get(found));
            }
        }
    }

    /** In batches of one nothing is padded, as where a text is asked by itself. */
    @Test
    void aTextByItselfIsEqualBitForBit() {
        List<String> texts = texts(40);
        List<Row> rows = scored(
                bert().setBatchSize(1).setTopK(7).setThreads(1), LocalSpark.rows(DataTypes.StringType, 2, texts));
        try (TextClassifier classifier = TextClassifier.open(BERT, new SessionSettings(1))) {
            for (int i = 0; i < texts.size(); i++) {
                List<Prediction> expected =
                        classifier.classify(List.of(texts.get(i)), 7).get(0);
                Row row = rows.get(i);
                assertThat(row.getList(row.fieldIndex("labels")))
                        .isEqualTo(expected.stream().map(Prediction::label).toList());
                assertThat(row.getList(row.fieldIndex("probabilities")))
                        .isEqualTo(expected.stream()
                                .map(each -> (float) each.probability())
                                .toList());
            }
        }
    }

    @Test
    void aMissingTextCostsItsRow() {
        List<Row> rows =
                scored(bert(), LocalSpark.rows(DataTypes.StringType, 1, Arrays.asList("w1 w2", null, "w3", null)));
        assertThat(rows)
                .extracting(row -> row.<String>getAs("error"))
                .containsExactly(null, "Expected a text, found null.", null, "Expected a text, found null.");
        assertThat(rows)
                .extracting(row -> row.isNullAt(row.fieldIndex("labels")))
                .containsExactly(false, true, false, true);
    }

    @Test
    void aPipelineTakesTheTokenizerAlong(@TempDir Path folder) throws Exception {
        Path model = Files.copy(BERT, folder.resolve("mine.onnx"));
        HamModel stage = new HamModel().setModel(model.toString()).setTopK(2);
        Dataset<Row> rows = LocalSpark.rows(DataTypes.StringType, 2, texts(20));
        PipelineModel pipeline =
                new Pipeline().setStages(new PipelineStage[] {stage}).fit(rows);
        List<Row> expected = pipeline.transform(rows).orderBy("id").collectAsList();
        pipeline.write().save(folder.resolve("saved").toString());
        Files.delete(model);
        PipelineModel loaded = PipelineModel.load(folder.resolve("saved").toString());
        assertThat(loaded.transform(rows).orderBy("id").collectAsList()).isEqualTo(expected);
    }

    @Test
    void refusesOnTheDriverWhatCannotWork() {
        Dataset<Row> texts = LocalSpark.rows(DataTypes.StringType, 1, List.of("w1"));
        Dataset<Row> images = LocalSpark.rows(DataTypes.BinaryType, 1, List.of(LocalSpark.png(2, 0)));
        Dataset<Row> numbers = LocalSpark.rows(DataTypes.IntegerType, 1, List.of(1));
        HamModel colors =
                new HamModel().setModel(LocalSpark.testData("onnx/colors.onnx").toString());
        assertRefused(colors, texts, "expected ham.text in its metadata, found none; give it images or tensors");
        assertRefused(bert(), images, "expected ham.preprocessing in its metadata, found none; give it texts");
        assertRefused(bert(), numbers, "texts (string)");
        assertRefused(bert().setFeaturesCol("features"), texts, "expected an output features");
    }

    private static void assertRefused(HamModel model, Dataset<Row> rows, String message) {
        assertThatThrownBy(() -> model.transform(rows))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining(message);
    }
}
