package ham.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ham.runtime.ModelException;
import ham.runtime.classify.Classifier;
import ham.runtime.classify.Prediction;
import ham.runtime.image.ImageDecoder;
import ham.runtime.model.SessionSettings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.SparkException;
import org.apache.spark.ml.Pipeline;
import org.apache.spark.ml.PipelineModel;
import org.apache.spark.ml.PipelineStage;
import org.apache.spark.ml.linalg.SQLDataTypes;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.ml.linalg.Vectors;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.DataTypes;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HamModelTest {
    private static final Path COLORS = LocalSpark.testData("onnx/colors.onnx");
    private static final Path EXTERNAL = LocalSpark.testData("onnx-exports/timm-sdpa/ts17_external.onnx");
    private static final byte[] RED = LocalSpark.png(2, 0xff2010);
    private static final byte[] GREEN = LocalSpark.png(5, 0x20ff10);
    private static final byte[] BLUE = LocalSpark.png(2, 0x1020ff);

    private static HamModel colors() {
        return new HamModel().setModel(COLORS.toString());
    }

    private static List<Row> scored(HamModel model, Dataset<Row> rows) {
        return model.transform(rows).orderBy("id").collectAsList();
    }

    @Test
    void answersAreThoseOfTheClassifier() {
        List<byte[]> images = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            images.add(LocalSpark.png(1 + i % 7, i * 0x050301));
        }
        List<Row> rows = scored(
                colors().setTopK(2).setBatchSize(7).setProbabilityCol("probability"),
                LocalSpark.rows(DataTypes.BinaryType, 3, images));
        assertThat(rows).hasSize(images.size());
        try (Classifier classifier = Classifier.open(COLORS, new SessionSettings(1))) {
            for (int i = 0; i < rows.size(); i++) {
                List<Prediction> expected = classifier.classify(ImageDecoder.decode(images.get(i), "image"), 3);
                Row row = rows.get(i);
                assertThat(row.getList(row.fieldIndex("labels")))
                        .isEqualTo(expected.stream()
                                .limit(2)
                                .map(Prediction::label)
                                .toList());
                assertThat(row.getList(row.fieldIndex("probabilities")))
                        .isEqualTo(expected.stream()
                                .limit(2)
                                .map(each -> (float) each.probability())
                                .toList());
                assertThat(row.<Double>getAs("prediction"))
                        .isEqualTo(expected.get(0).index());
                Vector all = row.getAs("probability");
                expected.forEach(each -> assertThat(all.apply(each.index())).isEqualTo(each.probability()));
                assertThat(row.<String>getAs("error")).isNull();
            }
        }
    }

    @Test
    void aBadRowKeepsItsPlaceAndSaysWhy() {
        byte[] cut = Arrays.copyOf(GREEN, GREEN.length / 2);
        List<Row> rows = scored(
                colors(),
                LocalSpark.rows(
                        DataTypes.BinaryType,
                        1,
                        Arrays.asList(
                                RED,
                                "no image".getBytes(java.nio.charset.StandardCharsets.UTF_8),
                                cut,
                                null,
                                new byte[0],
                                BLUE)));
        assertThat(rows)
                .extracting(row -> row.<String>getAs("error"))
                .satisfiesExactly(
                        error -> assertThat(error).isNull(),
                        error -> assertThat(error).contains("expected a PNG, JPEG, GIF, BMP, TIFF or PPM image"),
                        error -> assertThat(error).contains("damaged or truncated"),
                        error -> assertThat(error).contains("found null"),
                        error -> assertThat(error).contains("empty"),
                        error -> assertThat(error).isNull());
        assertThat(rows)
                .extracting(row -> row.isNullAt(row.fieldIndex("labels")))
                .containsExactly(false, true, true, true, true, false);
        assertThat(rows)
                .extracting(row -> row.<Double>getAs("prediction"))
                .containsExactly(0.0, null, null, null, null, 2.0);
    }

    @Test
    void withoutAColumnForErrorsABadRowFailsTheJob() {
        assertThatThrownBy(() -> scored(
                        colors().setErrorCol(""), LocalSpark.rows(DataTypes.BinaryType, 1, List.of(RED, new byte[3]))))
                .isInstanceOf(SparkException.class)
                .hasStackTraceContaining("expected a PNG, JPEG, GIF, BMP, TIFF or PPM image");
    }

    @Test
    void readsSparksOwnImages(@TempDir Path folder) throws Exception {
        Files.write(folder.resolve("a.png"), RED);
        Files.write(folder.resolve("b.png"), GREEN);
        Files.write(folder.resolve("c.png"), new byte[] {1, 2, 3});
        Dataset<Row> images = LocalSpark.session().read().format("image").load(folder.toString());
        List<Row> rows = colors().setInputCol("image")
                .transform(images)
                .orderBy("image.origin")
                .collectAsList();
        assertThat(rows).extracting(row -> row.<Double>getAs("prediction")).containsExactly(0.0, 1.0, null);
        assertThat(rows.get(2).<String>getAs("error")).contains("could not decode");
    }

    @Test
    void tensorsGiveWhatTheirImagesGive() {
        List<double[]> tensors = List.of(new double[12], new double[12]);
        Arrays.fill(tensors.get(0), 4, 8, 1);
        Arrays.fill(tensors.get(1), 8, 12, 1);
        List<Vector> vectors = tensors.stream().map(Vectors::dense).toList();
        List<Row> ofVectors = scored(colors(), LocalSpark.rows(SQLDataTypes.VectorType(), 1, vectors));
        List<Row> ofArrays =
                scored(colors(), LocalSpark.rows(DataTypes.createArrayType(DataTypes.DoubleType), 1, tensors));
        assertThat(ofVectors).extracting(row -> row.<Double>getAs("prediction")).containsExactly(1.0, 2.0);
        assertThat(ofArrays)
                .extracting(row -> row.<Object>getAs("probabilities"))
                .isEqualTo(ofVectors.stream()
                        .map(row -> row.<Object>getAs("probabilities"))
                        .toList());
    }

    @Test
    void aTensorOfAnotherLengthOrThatIsNotFiniteIsABadRow() {
        double[] broken = new double[12];
        broken[5] = Double.NaN;
        List<Row> rows = scored(
                colors(),
                LocalSpark.rows(
                        DataTypes.createArrayType(DataTypes.DoubleType),
                        1,
                        List.of(new double[12], new double[11], broken)));
        assertThat(rows)
                .extracting(row -> row.<String>getAs("error"))
                .satisfiesExactly(
                        error -> assertThat(error).isNull(),
                        error -> assertThat(error).contains("Expected 12 values, [3, 2, 2], found 11"),
                        error -> assertThat(error).contains("finite"));
    }

    @Test
    void aFixedBatchIsFilledUp() {
        HamModel model = new HamModel()
                .setModel(LocalSpark.testData("onnx/colors_batch2.onnx").toString());
        List<Row> rows = scored(model, LocalSpark.rows(DataTypes.BinaryType, 1, List.of(RED, GREEN, BLUE)));
        assertThat(rows).extracting(row -> row.<Double>getAs("prediction")).containsExactly(0.0, 1.0, 2.0);
    }

    @Test
    void aModelWithExternalDataGivesFeatures() {
        double[] pixels = new double[3 * 32 * 32];
        Arrays.setAll(pixels, i -> Math.sin(i));
        HamModel model = new HamModel()
                .setModel(EXTERNAL.toString())
                .setLabelsCol("")
                .setProbabilitiesCol("")
                .setPredictionCol("")
                .setFeaturesCol("features");
        List<Row> rows = scored(model, LocalSpark.rows(SQLDataTypes.VectorType(), 1, List.of(Vectors.dense(pixels))));
        Vector features = rows.get(0).getAs("features");
        float[] input = new float[pixels.length];
        for (int i = 0; i < input.length; i++) {
            input[i] = (float) pixels[i];
        }
        try (var plain = ham.runtime.model.OnnxModel.open(EXTERNAL, new SessionSettings(1))) {
            float[] expected = plain.run(input, new long[] {1, 3, 32, 32});
            assertThat(features.size()).isEqualTo(expected.length);
            for (int i = 0; i < expected.length; i++) {
                assertThat((float) features.apply(i)).isEqualTo(expected[i]);
            }
        }
    }

    @Test
    void aPipelineTakesItsModelAlong(@TempDir Path folder) throws Exception {
        Path model = Files.copy(COLORS, folder.resolve("mine.onnx"));
        HamModel stage = new HamModel().setModel(model.toString()).setTopK(3).setLabelsCol("best");
        Dataset<Row> rows = LocalSpark.rows(DataTypes.BinaryType, 1, List.of(BLUE, RED));
        PipelineModel pipeline =
                new Pipeline().setStages(new PipelineStage[] {stage}).fit(rows);
        List<Row> expected = pipeline.transform(rows).orderBy("id").collectAsList();
        pipeline.write().save(folder.resolve("saved").toString());
        Files.delete(model);
        Files.move(folder.resolve("saved"), folder.resolve("moved"));

        PipelineModel loaded = PipelineModel.load(folder.resolve("moved").toString());

        assertThat(loaded.transform(rows).orderBy("id").collectAsList()).isEqualTo(expected);
        assertThat(loaded.stages()[0].uid()).isEqualTo(stage.uid());
        assertThat(((HamModel) loaded.stages()[0])
                        .extractParamMap()
                        .get(((HamModel) loaded.stages()[0]).topK())
                        .get())
                .isEqualTo(3);
    }

    @Test
    void aModelWithExternalDataIsSavedWhole(@TempDir Path folder) throws Exception {
        HamModel model = new HamModel().setModel(EXTERNAL.toString());
        model.write().save(folder.resolve("saved").toString());
        assertThat(folder.resolve("saved/model/ts17_external.onnx.data"))
                .hasSameBinaryContentAs(EXTERNAL.resolveSibling("ts17_external.onnx.data"));
        assertThat(HamModel.load(folder.resolve("saved").toString()).location())
                .endsWith("saved/model/ts17_external.onnx");
    }

    @Test
    void refusesOnTheDriverWhatCannotWork() {
        Dataset<Row> images = LocalSpark.rows(DataTypes.BinaryType, 1, List.of(RED));
        Dataset<Row> texts = LocalSpark.rows(DataTypes.StringType, 1, List.of("red"));
        assertRefused(new HamModel(), images, "model: expected the path of an ONNX file");
        assertRefused(new HamModel().setModel("/none.onnx"), images, "found no such file");
        assertRefused(colors().setInputCol("none"), images, "inputCol: expected one of the columns [id, content]");
        assertRefused(colors(), texts, "expected ham.text in its metadata");
        assertRefused(colors().setLabelsCol("id"), images, "Column id: expected a name for an answer");
        assertRefused(colors().setFeaturesCol("features"), images, "expected an output features");
        assertRefused(
                new HamModel()
                        .setModel(LocalSpark.testData("onnx/colors_bare.onnx").toString()),
                images,
                "expected ham.preprocessing in its metadata");
        assertThatThrownBy(() -> colors().setTopK(0)).hasMessageContaining("topK");
    }

    private static void assertRefused(HamModel model, Dataset<Row> rows, String message) {
        assertThatThrownBy(() -> model.transform(rows))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining(message);
    }
}
