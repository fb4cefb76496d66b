package ham.merge.taskvector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ham.merge.InputException;
import ham.merge.MergeProgress;
import ham.merge.adapter.LoraFactors;
import ham.merge.combine.Branch;
import ham.merge.combine.Deltas;
import ham.merge.encoder.text.TextPooling;
import ham.merge.folder.AdapterFolder;
import ham.merge.join.Importance;
import ham.merge.plan.LayerRule;
import ham.merge.plan.MergeChoices;
import ham.merge.plan.MergeMethod;
import ham.merge.plan.MergeParameter;
import ham.merge.plan.MergeSettings;
import ham.merge.safetensors.SafetensorsFile;
import ham.merge.safetensors.SafetensorsWriter;
import ham.merge.tensor.Matrix;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class TaskVectorTest {
    private static final String QUERY = "encoder.layer.0.query.weight";
    private static final String NORM = "encoder.layer.0.norm.weight";
    private static final String PATCH = "embeddings.patch.weight";

    @TempDir
    private Path temp;

    private Path base;

    @BeforeEach
    void prepare() throws IOException {
        base = checkpoint("base", 1, 0);
    }

    /** Tensors of a base, and on top of them a change of some size. */
    private Path checkpoint(String name, int seed, double change) throws IOException {
        Path folder = Files.createDirectories(temp.resolve(name));
        Random same = new Random(5);
        Random own = new Random(seed);
        SafetensorsWriter writer = new SafetensorsWriter();
        writer.add(QUERY, List.of(6L, 8L), values(48, same, own, change));
        writer.add(NORM, List.of(6L), values(6, same, own, change));
        writer.add(PATCH, List.of(4L, 3L, 2L, 2L), values(48, same, own, change));
        writer.add("head.weight", List.of(2L + seed, 6L), values(6 * (2 + seed), new Random(7), own, 0));
        writer.write(folder.resolve("model.safetensors"));
        Files.writeString(folder.resolve("config.json"), "{\"model_type\": \"toy\"}");
        return folder;
    }

    private static float[] values(int count, Random same, Random own, double change) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) (same.nextGaussian() + change * own.nextGaussian());
        }
        return values;
    }

    private TaskVector vector(int seed) throws IOException {
        return TaskVector.of("m" + seed, base, checkpoint("model" + seed, seed, 0.1));
    }

    private SafetensorsFile merge(MergeMethod method, List<TaskVector> models, List<Importance> weights)
            throws IOException {
        return merge(MergeSettings.of(method), models, weights);
    }

    private SafetensorsFile merge(MergeSettings settings, List<TaskVector> models, List<Importance> weights)
            throws IOException {
        Path out = Files.createTempDirectory(temp, "out");
        CheckpointMerge.write(out, base, models, settings, weights, MergeProgress.SILENT);
        assertThat(Files.readString(out.resolve("config.json"))).contains("toy");
        return SafetensorsFile.open(out.resolve("model.safetensors"));
    }

    @Test
    void aTaskVectorIsWhatChanged() throws IOException {
        TaskVector vector = vector(2);
        assertThat(vector.layers()).containsOnlyKeys(QUERY, PATCH);
        assertThat(vector.biases()).containsOnlyKeys(NORM);
        assertThat(vector.left()).containsExactly("head.weight");
        assertThat(vector.layers().get(PATCH).inputs()).isEqualTo(12);
        LoraFactors factors = vector.factors(QUERY);
        assertThat(Deltas.sum(List.of(new Branch(1, factors))).data())
                .usingComparatorWithPrecision(1e-6f)
                .containsExactly(vector.delta(QUERY).data());
        assertThat(TaskVector.isCheckpoint(base)).isTrue();
    }

    @Test
    void oneModelMergedAloneIsItself() throws IOException {
        TaskVector vector = vector(2);
        SafetensorsFile merged = merge(MergeMethod.CAT, List.of(vector), List.of());
        SafetensorsFile model = SafetensorsFile.open(temp.resolve("model2/model.safetensors"));
        for (String tensor : List.of(QUERY, NORM, PATCH)) {
            assertThat(merged.info(tensor).shape()).isEqualTo(model.info(tensor).shape());
            assertThat(merged.floats(tensor))
                    .usingComparatorWithPrecision(1e-5f)
                    .containsExactly(model.floats(tensor));
        }
        // The head is of other classes: the base's stays.
        assertThat(merged.floats("head.weight"))
                .containsExactly(
                        SafetensorsFile.open(base.resolve("model.safetensors")).floats("head.weight"));
    }

    @Test
    void theMeanOfModelsIsTheMeanOfTheirWeights() throws IOException {
        List<TaskVector> models = List.of(vector(2), vector(3));
        SafetensorsFile merged = merge(MergeMethod.LINEAR, models, List.of());
        SafetensorsFile one = SafetensorsFile.open(temp.resolve("model2/model.safetensors"));
        SafetensorsFile other = SafetensorsFile.open(temp.resolve("model3/model.safetensors"));
        for (String tensor : List.of(QUERY, NORM, PATCH)) {
            float[] found = merged.floats(tensor);
            for (int i = 0; i < found.length; i++) {
                assertThat(found[i]).isCloseTo((one.floats(tensor)[i] + other.floats(tensor)[i]) / 2, within(1e-5f));
            }
        }
    }

    @ParameterizedTest
    @EnumSource(
            names = {"REGMEAN", "MODEL_STOCK"},
            mode = EnumSource.Mode.EXCLUDE)
    void everyMethodThatNeedsNoStatisticsMergesModels(MergeMethod method) throws IOException {
        SafetensorsFile merged = merge(method, List.of(vector(2), vector(3), vector(4)), List.of());
        SafetensorsFile before = SafetensorsFile.open(base.resolve("model.safetensors"));
        for (String tensor : List.of(QUERY, NORM, PATCH)) {
            assertThat(merged.floats(tensor)).isNotEqualTo(before.floats(tensor));
        }
    }

    /** A model of the base, some of whose tensors are larger by a number. */
    private TaskVector shifted(String name, float change, String... changed) throws IOException {
        SafetensorsFile before = SafetensorsFile.open(base.resolve("model.safetensors"));
        Path folder = Files.createDirectories(temp.resolve(name));
        SafetensorsWriter writer = new SafetensorsWriter();
        for (String tensor : before.names()) {
            float[] values = before.floats(tensor);
            for (int i = 0; List.of(changed).contains(tensor) && i < values.length; i++) {
                values[i] += change;
            }
            writer.add(tensor, before.info(tensor).shape(), values);
        }
        writer.write(folder.resolve("model.safetensors"));
        return TaskVector.of(name, base, folder);
    }

    private void assertShift(SafetensorsFile merged, String tensor, double shift) {
        float[] before = SafetensorsFile.open(base.resolve("model.safetensors")).floats(tensor);
        float[] after = merged.floats(tensor);
        for (int i = 0; i < before.length; i++) {
            assertThat(after[i] - before[i]).isCloseTo((float) shift, within(1e-6f));
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"LINEAR", "TSV", "ISO_C", "ISO_CTS", "OPCM"})
    void aModelThatChangesNoVectorCountsInTheMeanOfVectors(MergeMethod method) throws IOException {
        List<TaskVector> models = List.of(shifted("all", 0.01f, QUERY, NORM), shifted("matrices", 0.02f, QUERY));
        SafetensorsFile merged = merge(method, models, List.of());
        assertShift(merged, NORM, 0.005);
        if (method == MergeMethod.LINEAR) {
            assertShift(merged, QUERY, 0.015);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"HAM", "CAT", "TIES", "SVD"})
    void modelsThatChangeNothingButVectorsAreMerged(MergeMethod method) throws IOException {
        List<TaskVector> models = List.of(shifted("one", 0.01f, NORM));
        MergeSettings settings = method == MergeMethod.TIES
                ? new MergeChoices().put(MergeParameter.DENSITY, BigDecimal.ONE).settings(method)
                : MergeSettings.of(method);
        assertShift(merge(settings, models, List.of()), NORM, 0.01);
    }

    @Test
    void rulesForLayersMatchMatricesOrVectors() throws IOException {
        List<TaskVector> models = List.of(shifted("one", 0.01f, QUERY, NORM), shifted("two", 0.01f, QUERY, NORM));
        for (String rule : List.of("query", "norm")) {
            LayerRule half = new LayerRule(
                    Pattern.compile(rule), Optional.empty(), Optional.empty(), Optional.empty(), Optional.of(0.5));
            for (MergeMethod method : List.of(MergeMethod.CAT, MergeMethod.HAM)) {
                SafetensorsFile merged =
                        merge(new MergeChoices().layers(List.of(half)).settings(method), models, List.of());
                assertShift(merged, NORM, rule.equals("norm") ? 0.01 : 0.02);
            }
        }
    }

    /** The same tensors, called otherwise. */
    private static Path renamed(Path folder, UnaryOperator<String> name) throws IOException {
        SafetensorsFile file = SafetensorsFile.open(folder.resolve("model.safetensors"));
        SafetensorsWriter writer = new SafetensorsWriter();
        for (String tensor : file.names()) {
            writer.add(name.apply(tensor), file.info(tensor).shape(), file.floats(tensor));
        }
        Path renamed = Files.createTempDirectory(folder.getParent(), "renamed");
        writer.write(renamed.resolve("model.safetensors"));
        return renamed;
    }

    @ParameterizedTest
    @ValueSource(strings = {"vit.", "module.vit.", "bert."})
    void modelsOfAnotherClassThanTheBaseChangeItsTensors(String prefix) throws IOException {
        TaskVector expected = vector(2);
        UnaryOperator<String> inside = tensor -> tensor.startsWith("head.") ? tensor : prefix + tensor;
        TaskVector found = TaskVector.of("m", base, renamed(temp.resolve("model2"), inside));
        assertThat(found.layers()).isEqualTo(expected.layers());
        assertThat(found.delta(QUERY).data()).isEqualTo(expected.delta(QUERY).data());
        assertThat(found.biases().get(NORM).values())
                .isEqualTo(expected.biases().get(NORM).values());
        assertThat(found.left()).containsExactly("head.weight");

        TaskVector bare = TaskVector.of("m", renamed(base, inside), temp.resolve("model2"));
        assertThat(bare.layers()).containsOnlyKeys(prefix + QUERY, prefix + PATCH);
    }

    @Test
    void modelsOfAnotherLibraryChangeTheTensorsOfTheBase() throws IOException {
        TaskVector expected = vector(2);
        Path published = renamed(
                base, tensor -> tensor.equals(QUERY) ? "vit.encoder.layer.0.attention.attention.query.weight" : tensor);
        Path recent = renamed(
                temp.resolve("model2"), tensor -> tensor.equals(QUERY) ? "layers.0.attention.q_proj.weight" : tensor);
        assertThat(TaskVector.of("m", published, recent).delta("vit.encoder.layer.0.attention.attention.query.weight"))
                .isEqualTo(expected.delta(QUERY));
    }

    @Test
    void tensorsOfTwoTowersAreNotTakenForThoseOfOne() throws IOException {
        Path towers = Files.createDirectories(temp.resolve("towers"));
        SafetensorsWriter writer = new SafetensorsWriter();
        writer.add("vision_model." + QUERY, List.of(6L, 8L), new float[48]);
        writer.add("bert." + QUERY, List.of(6L, 8L), new float[48]);
        writer.write(towers.resolve("model.safetensors"));
        assertThatThrownBy(() -> TaskVector.of("m", base, towers))
                .hasMessageContaining("found none of its tensors, such as " + PATCH + ", but others, such as bert.");
    }

    @Test
    void theModulesOfSentenceTransformersComeAlong() throws IOException {
        Files.writeString(
                base.resolve("modules.json"),
                """
                [{"path": "", "type": "sentence_transformers.models.Transformer"},
                 {"path": "1_Pooling", "type": "sentence_transformers.models.Pooling"},
                 {"path": "2_Normalize", "type": "sentence_transformers.models.Normalize"},
                 {"path": "../elsewhere", "type": "sentence_transformers.models.Normalize"}]
                """);
        Path pooling = Files.createDirectory(base.resolve("1_Pooling"));
        Files.writeString(pooling.resolve("config.json"), "{\"pooling_mode_cls_token\": true}");
        Files.writeString(Files.createDirectory(temp.resolve("elsewhere")).resolve("config.json"), "{}");
        Path out = Files.createDirectory(temp.resolve("sentences"));
        CheckpointMerge.write(
                out, base, List.of(vector(2)), MergeSettings.of(MergeMethod.CAT), List.of(), MergeProgress.SILENT);
        assertThat(TextPooling.read(out)).isEqualTo(new TextPooling(false, true));
    }

    @Test
    void refusesWhatDoesNotFit() throws IOException {
        List<TaskVector> models = List.of(vector(2), vector(3));
        assertThatThrownBy(() -> merge(MergeMethod.REGMEAN, models, List.of()))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("Gram");
        assertThatThrownBy(() -> merge(MergeMethod.CAT, models, List.of(Importance.ONE)))
                .hasMessageContaining("2 in all");
        assertThatThrownBy(() -> TaskVector.of("same", base, base)).hasMessageContaining("none of its tensors changed");
    }

    @Test
    void anAdapterOfFullRankIsTheWholeChange() throws IOException {
        TaskVector vector = vector(2);
        Path out = Files.createDirectories(temp.resolve("full"));
        LoraExtraction.Report report = LoraExtraction.write(out, base, vector, 6);
        assertThat(report.error()).isCloseTo(0, within(1e-5));
        assertThat(report.left()).containsExactlyInAnyOrder("head.weight", NORM, PATCH);
        AdapterFolder adapter = AdapterFolder.read(out);
        assertThat(adapter.adapter().layers()).containsOnlyKeys(QUERY);
        Matrix found = Deltas.sum(List.of(new Branch(1, adapter.adapter().factors(QUERY))));
        assertThat(found.data())
                .usingComparatorWithPrecision(1e-5f)
                .containsExactly(vector.delta(QUERY).data());
    }

    @Test
    void theErrorOfALowRankIsWhatItLacks() throws IOException {
        TaskVector vector = vector(2);
        Path out = Files.createDirectories(temp.resolve("low"));
        LoraExtraction.Report report = LoraExtraction.write(out, base, vector, 2);
        Matrix whole = vector.delta(QUERY);
        Matrix found = Deltas.sum(
                List.of(new Branch(1, AdapterFolder.read(out).adapter().factors(QUERY))));
        double lacking = 0;
        double all = 0;
        for (int i = 0; i < whole.data().length; i++) {
            lacking += Math.pow(whole.data()[i] - found.data()[i], 2);
            all += Math.pow(whole.data()[i], 2);
        }
        assertThat(report.layers().get(0).error()).isCloseTo(Math.sqrt(lacking / all), within(1e-5));
        assertThat(report.error())
                .isCloseTo(Math.sqrt(lacking / all), within(1e-5))
                .isBetween(0.1, 0.99);
        assertThatThrownBy(() -> LoraExtraction.write(out, base, vector, 0)).hasMessageContaining("rank");
    }
}
