package ham.merge.folder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import ham.merge.InputException;
import ham.merge.RawTensors;
import ham.merge.checkpoint.Checkpoint;
import ham.merge.combine.Combine;
import ham.merge.combine.Deltas;
import ham.merge.io.JsonFiles;
import ham.merge.join.Group;
import ham.merge.join.HamParameters;
import ham.merge.join.Importance;
import ham.merge.join.Join;
import ham.merge.join.MergeStep;
import ham.merge.safetensors.SafetensorsFile;
import ham.merge.safetensors.TensorHash;
import ham.merge.tensor.Matrix;
import ham.testing.TestData;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class MergeFolderTest {
    private static final List<Double> ALPHAS = List.of(1.1, 0.3, 0.9, 0.5, 1.7, 0.2);
    private static final Checkpoint BASE = Checkpoint.open(TestData.path("hf-vit-tiny"));

    @TempDir
    private Path folder;

    private static HamParameters parameters(Join join, Combine combine) {
        return new HamParameters(new BigDecimal("0.6"), 0.1, 2, join, combine);
    }

    private static AdapterMerge merge(Join join, Combine combine) {
        return AdapterMerge.of(
                Adapters.allPublished(), Importance.each(ALPHAS), parameters(join, combine), Optional.empty());
    }

    private static AdapterMerge mergeWithHeads() {
        return AdapterMerge.of(
                List.of(
                        Adapters.with(Adapters.published(0), Adapters.head("a", "b")),
                        Adapters.with(Adapters.published(1), Adapters.head("ü"))),
                List.of(),
                HamParameters.DEFAULTS,
                Optional.empty());
    }

    static Stream<Arguments> options() {
        return Stream.of(Join.values())
                .flatMap(join -> Stream.of(Combine.SUM, Combine.MEAN).map(combine -> arguments(join, combine)));
    }

    @ParameterizedTest
    @MethodSource("options")
    void whatIsReadAgainHasTheSameDeltasAndBranchesThatAddUpToThem(Join join, Combine combine) throws IOException {
        AdapterMerge merge = merge(join, combine);
        MergeFolder.write(folder, merge);
        Merged read = Merged.read(folder);
        assertThat(read.deltas()).isEqualTo(merge.merge().merged()).hasSize(8);
        assertThat(read.head()).isEmpty();
        read.branches().forEach((name, branches) -> {
            assertThat(branches).hasSize(6);
            requireClose(Deltas.sum(branches), read.deltas().get(name));
        });
    }

    private static void requireClose(Matrix found, Matrix expected) {
        float largest = 0;
        float difference = 0;
        for (int i = 0; i < expected.data().length; i++) {
            largest = Math.max(largest, Math.abs(expected.data()[i]));
            difference = Math.max(difference, Math.abs(expected.data()[i] - found.data()[i]));
        }
        assertThat(difference).isLessThanOrEqualTo(1e-6f * largest);
    }

    @ParameterizedTest
    @MethodSource("options")
    void writingTwiceGivesTheSameBytes(Join join, Combine combine) throws IOException {
        for (String name : List.of("first", "second")) {
            MergeFolder.write(Files.createDirectory(folder.resolve(name)), merge(join, combine));
        }
        assertThat(TestData.entries(folder.resolve("first")))
                .containsExactly("README.md", "groups.safetensors", "merge.json", "merged.safetensors")
                .allSatisfy(file -> assertThat(folder.resolve("second").resolve(file))
                        .hasSameBinaryContentAs(folder.resolve("first").resolve(file)));
    }

    @Test
    void theRecordSaysWhatHappened() throws IOException {
        AdapterMerge merge = merge(Join.MEAN, Combine.SUM);
        MergeFolder.write(folder, merge);
        ObjectNode record = JsonFiles.read(folder.resolve("merge.json"), "a record");
        assertThat(record.path("method").asText()).isEqualTo("ham");
        assertThat(record.path("mode").asText()).isEqualTo("independent");
        assertThat(record.path("parameters").toString())
                .isEqualTo("{\"keep\":0.6,\"tau\":0.1,\"groups\":2,\"join\":\"mean\",\"combine\":\"sum\"}");
        assertThat(record.path("base_sha256").isNull()).isTrue();
        assertThat(record.path("inputs")).hasSize(6);
        assertThat(record.path("inputs").path(4).path("adapter").asText()).isEqualTo("adapter4");
        assertThat(record.path("inputs").path(4).path("sha256").asText())
                .isEqualTo(merge.adapters().get(4).sha256());
        List<MergeStep> steps = merge.merge().steps();
        for (int i = 0; i < 6; i++) {
            var step = record.path("steps").path(i);
            assertThat(step.path("adapter").asText()).isEqualTo("adapter" + i);
            assertThat(step.path("alpha").asDouble()).isEqualTo(ALPHAS.get(i));
            assertThat(step.path("similarity"))
                    .hasSize(steps.get(i).similarity().size());
            assertThat(step.path("group").asInt()).isEqualTo(steps.get(i).group());
            assertThat(step.path("opened").asBoolean()).isEqualTo(steps.get(i).opened());
        }
        List<Group> groups = merge.merge().groups();
        assertThat(record.path("groups")).hasSize(2);
        for (int g = 0; g < 2; g++) {
            var group = record.path("groups").path(g);
            assertThat(group.path("members")).hasSize(groups.get(g).members().size());
            assertThat(group.path("alpha").asDouble())
                    .isEqualTo(groups.get(g).alpha().mean());
            assertThat(group.path("rank").asInt())
                    .isEqualTo(groups.get(g).members().stream()
                            .mapToInt(member -> List.of(4, 4, 8, 4, 8, 4).get(member.adapter()))
                            .sum());
        }
    }

    @Test
    void headLabelsBaseAndProvenanceAreReadAgain() throws IOException {
        MergeFolder.write(folder, mergeWithHeads());
        assertThat(folder.resolve("labels.txt")).hasContent("a\nb\nü\n");
        Merged read = Merged.read(folder);
        assertThat(read.head().orElseThrow().classes()).containsExactly("a", "b", "ü");
        assertThat(read.baseSha256()).isEmpty();
        assertThat(read.metadata())
                .containsEntry("ham.method", "ham")
                .containsEntry("ham.mode", "independent")
                .containsEntry(
                        "ham.merged_sha256",
                        TensorHash.sha256(SafetensorsFile.open(folder.resolve("merged.safetensors"))))
                .hasEntrySatisfying("ham.parameters", text -> assertThat(text).contains("\"keep\":0.6"))
                .hasEntrySatisfying("ham.adapters", text -> assertThat(text).contains("adapter0", "adapter1"));
    }

    @Test
    void adaptersUnderRecentNamesAreMergedOntoTheNamesOfTheBase() throws IOException {
        String hash = BASE.sha256();
        List<AdapterFolder> recent = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            recent.add(Adapters.recent(i));
        }
        AdapterMerge expected = merge(Join.MEAN, Combine.SUM);
        AdapterMerge placedFirst = AdapterMerge.of(
                recent.stream().map(each -> each.onto(BASE, hash)).toList(),
                Importance.each(ALPHAS),
                parameters(Join.MEAN, Combine.SUM),
                Optional.empty());
        assertThat(placedFirst.merge().merged()).isEqualTo(expected.merge().merged());

        MergeFolder.write(
                folder,
                AdapterMerge.of(recent, Importance.each(ALPHAS), parameters(Join.MEAN, Combine.SUM), Optional.empty()));
        Merged placedLast = Merged.read(folder).onto(BASE, hash);
        assertThat(placedLast.deltas()).isEqualTo(expected.merge().merged());
        assertThat(placedLast.branches().keySet()).isEqualTo(placedLast.deltas().keySet());
    }

    @Test
    void aBareFileOfDeltasGoesOntoTheBase() {
        Path file = TestData.path("ham-reference/peft6.default.merged.safetensors");
        Merged bare = Merged.read(file);
        assertThat(bare.branches()).isEmpty();
        assertThat(bare.head()).isEmpty();
        assertThat(bare.provenance()).containsEntry("method", "deltas").containsKey("merged_sha256");
        Merged placed = bare.onto(BASE, BASE.sha256());
        assertThat(placed.deltas()).hasSize(8);
        bare.deltas().forEach((name, delta) -> {
            assertThat(name).doesNotEndWith(".weight");
            assertThat(placed.deltas().get(name + ".weight")).isEqualTo(delta);
        });
    }

    @Test
    void aMergeForAnotherBaseIsRefused() throws IOException {
        MergeFolder.write(folder, mergeWithHeads());
        TestData.set(folder.resolve("merge.json"), "base_sha256", "\"abc\"");
        Merged read = Merged.read(folder);
        assertThat(read.baseSha256()).hasValue("abc");
        assertThat(read.onto(BASE, "abc").deltas()).isEqualTo(read.deltas());
        assertThatThrownBy(() -> read.onto(BASE, "def"))
                .isInstanceOf(InputException.class)
                .hasMessage(BASE.directory()
                        + ": is not the base that this merge was made for: expected hash abc, found def");
    }

    static Stream<Arguments> foreignDeltas() {
        String name = "vit.encoder.layer.0.output.dense.weight";
        return Stream.of(
                arguments(
                        new RawTensors().add(name, List.of(128L, 64L), new float[128 * 64]),
                        "delta '" + name + "': expected the shape [64, 128], found [128, 64]"),
                arguments(
                        new RawTensors().add("vit.layernorm.weight", List.of(1L, 64L), new float[64]),
                        "delta 'vit.layernorm.weight': expected the shape [64], found [1, 64]"),
                arguments(
                        new RawTensors().add("layer.9.weight", List.of(1L, 1L), 1),
                        "expected a weight for the delta 'layer.9.weight', found none of that name"),
                arguments(
                        new RawTensors()
                                .add(name, List.of(64L, 128L), new float[128 * 64])
                                .add("vit.layers.0.mlp.fc2.weight", List.of(64L, 128L), new float[128 * 64]),
                        "two deltas mean the weight '" + name + "'"));
    }

    @ParameterizedTest
    @MethodSource("foreignDeltas")
    void deltasThatDoNotFitTheBaseAreRefused(RawTensors tensors, String message) {
        Merged bare = Merged.read(tensors.write(folder.resolve("x.safetensors")));
        assertThatThrownBy(() -> bare.onto(BASE, ""))
                .isInstanceOf(InputException.class)
                .hasMessage(BASE.directory() + ": " + message);
    }

    @Test
    void whatHoldsNoDeltasIsRefused() {
        Path missing = folder.resolve("missing");
        assertThatThrownBy(() -> Merged.read(missing))
                .isInstanceOf(InputException.class)
                .hasMessage(missing + ": expected a merge folder or a safetensors file of deltas, found nothing");
        Path empty = new RawTensors().write(folder.resolve("empty"));
        assertThatThrownBy(() -> Merged.read(empty))
                .isInstanceOf(InputException.class)
                .hasMessage(empty + ": expected deltas, found no tensor at all");
        Path vector = new RawTensors().add("x", List.of(2L), 1, 2).write(folder.resolve("vector"));
        assertThatThrownBy(() -> Merged.read(vector))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("expected a matrix");
        assertThatThrownBy(() -> Merged.read(folder))
                .isInstanceOf(InputException.class)
                .hasMessage(
                        folder.resolve("merge.json") + ": expected the record of a merge folder, found no such file");
    }

    @ParameterizedTest
    @ValueSource(strings = {"merge.json", "merged.safetensors", "groups.safetensors"})
    void aMissingOrGarbledFileIsToldByName(String name) throws IOException {
        MergeFolder.write(folder, mergeWithHeads());
        Path file = folder.resolve(name);
        Files.writeString(file, "garbage garbage");
        assertThatThrownBy(() -> Merged.read(folder))
                .isInstanceOf(InputException.class)
                .hasMessageStartingWith(file + ": ");
        Files.delete(file);
        assertThatThrownBy(() -> Merged.read(folder))
                .isInstanceOf(InputException.class)
                .hasMessageStartingWith(file + ": expected ");
    }

    static Stream<Arguments> damagedRecords() {
        return Stream.of(
                record(json -> json.remove("groups"), "expected the factors of the members that merge.json lists"),
                record(json -> group(json).putArray("members"), "expected the factors of the members"),
                record(
                        json -> ((ArrayNode) group(json).path("members")).add("more"),
                        "expected a finite number for every"),
                record(json -> group(json).remove("alpha"), "groups, alpha: expected finite numbers, found none"),
                record(json -> group(json).put("alpha", "1"), "groups[0].alpha: expected a number, found \"1\""),
                record(json -> group(json).remove("coefficients"), "groups, coefficients: expected a finite number"),
                record(
                        json -> {
                            ((ObjectNode) json.path("parameters")).put("combine", "mean");
                            group(json).put("alpha", 0);
                        },
                        "expected a sum above 0 to divide by, found 0.0"));
    }

    private static ObjectNode group(ObjectNode record) {
        return (ObjectNode) record.path("groups").path(0);
    }

    private static Arguments record(Consumer<ObjectNode> damage, String message) {
        return arguments(damage, message);
    }

    @ParameterizedTest
    @MethodSource("damagedRecords")
    void aRecordThatDisagreesWithTheFactorsIsRefused(Consumer<ObjectNode> damage, String message) throws IOException {
        MergeFolder.write(folder, mergeWithHeads());
        assertThat(Merged.read(folder).branches()).hasSize(8);
        TestData.edit(folder.resolve("merge.json"), damage);
        assertThatThrownBy(() -> Merged.read(folder))
                .isInstanceOf(InputException.class)
                .hasMessageContaining(message);
        assertThatThrownBy(() -> MergeFolder.open(folder).check())
                .isInstanceOf(InputException.class)
                .hasMessageContaining(message);
    }

    static Stream<Arguments> damagedFactors() {
        String stem = "groups.0.1.vit.encoder.layer.2.attention.attention.query.weight";
        return Stream.of(
                factors(all -> all.remove(stem + ".lora_A"), "found also '" + stem + ".lora_B'"),
                factors(all -> all.remove(stem + ".lora_B"), "expected a tensor '" + stem + ".lora_B'"),
                factors(all -> all.remove(stem + ".scaling"), "expected a tensor '" + stem + ".scaling'"),
                factors(all -> all.add(stem + ".scaling", List.of(1L), 1), "expected one float64"),
                factors(all -> all.add(stem + ".scaling", "F64", List.of(1L), RawTensors.float64(Double.NaN)), "NaN"),
                factors(all -> all.add(stem + ".lora_A", List.of(5L, 64L), new float[5 * 64]), "A has rank 5"),
                factors(
                        all -> all.add(stem + ".lora_A", List.of(4L, 63L), new float[4 * 63]),
                        "expected factors of a delta [64, 64], found [64, 63]"),
                factors(all -> all.add("groups.1.0.x.lora_A", List.of(1L), 1), "found also 'groups.1.0.x.lora_A'"));
    }

    private static Arguments factors(Consumer<RawTensors> damage, String message) {
        return arguments(damage, message);
    }

    @ParameterizedTest
    @MethodSource("damagedFactors")
    void damagedFactorsAreRefused(Consumer<RawTensors> damage, String message) throws IOException {
        MergeFolder.write(folder, mergeWithHeads());
        Path file = folder.resolve("groups.safetensors");
        RawTensors tensors = RawTensors.read(file);
        damage.accept(tensors);
        tensors.write(file);
        assertThatThrownBy(() -> Merged.read(folder))
                .isInstanceOf(InputException.class)
                .hasMessageStartingWith(file + ": ")
                .hasMessageContaining(message);
        assertThatThrownBy(() -> MergeFolder.open(folder).check())
                .isInstanceOf(InputException.class)
                .hasMessageContaining(message);
    }

    @Test
    void factorsOfOtherWeightsThanTheDeltasAreRefused() throws IOException {
        MergeFolder.write(folder, mergeWithHeads());
        Path file = folder.resolve("merged.safetensors");
        RawTensors.read(file)
                .renamed(name -> name.replace("layer.3", "layer.7"))
                .write(file);
        assertThatThrownBy(() -> Merged.read(folder))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("expected factors for the 8 weights of merged.safetensors");
    }

    @Test
    void combineMeanWithAScalarThatIsNotPositiveWritesNothing() {
        assertThatThrownBy(() -> MergeFolder.write(
                        folder,
                        AdapterMerge.of(
                                List.of(Adapters.published(0)),
                                Importance.each(List.of(-1.0)),
                                parameters(Join.MEAN, Combine.MEAN),
                                Optional.empty())))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("combine: expected every group's alpha above 0");
        assertThat(TestData.entries(folder)).isEmpty();
    }

    @Test
    void theBareBaseChangesNothing() {
        assertThat(Merged.none().deltas()).isEmpty();
        assertThat(Merged.none().onto(BASE, "x").deltas()).isEmpty();
        assertThat(Merged.none()
                        .withHead(Adapters.head("a"))
                        .head()
                        .orElseThrow()
                        .classes())
                .containsExactly("a");
    }
}
