package ham.merge.folder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.node.ObjectNode;
import ham.merge.InputException;
import ham.merge.MergeProgress;
import ham.merge.adapter.AdapterSource;
import ham.merge.adapter.BiasChange;
import ham.merge.adapter.LoraAdapter;
import ham.merge.adapter.LoraFactors;
import ham.merge.combine.Branch;
import ham.merge.combine.Deltas;
import ham.merge.io.JsonFiles;
import ham.merge.join.Importance;
import ham.merge.plan.MergeChoices;
import ham.merge.plan.MergeMethod;
import ham.merge.plan.MergeParameter;
import ham.merge.plan.MergeSettings;
import ham.merge.record.MergeMode;
import ham.merge.tensor.Matrix;
import ham.testing.TestData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class PeftMergeTest {
    private static final String ATTENTION = "vit.encoder.layer.0.attention.output.dense";
    private static final String FC2 = "vit.encoder.layer.0.output.dense";
    private static final String QUERY = "vit.encoder.layer.11.attention.attention.query";

    @TempDir
    private Path folder;

    @ParameterizedTest
    @EnumSource(names = {"HAM", "LINEAR", "CAT", "TASK_ARITHMETIC"})
    void sumsOfFactorsAreExactWithRanksThatDifferBetweenLayers(MergeMethod method) throws IOException {
        AdapterMerge merge = merge(method, adapters(false));
        ObjectNode record = write(merge, OptionalInt.empty());
        assertThat(record.path("lost").asDouble()).isZero();
        assertThat(record.path("rank").asInt()).isEqualTo(9);
        LoraAdapter read = LoraAdapter.load(AdapterFolder.read(folder).adapter());
        assertThat(read.layers().keySet())
                .containsExactlyInAnyOrder(ATTENTION + ".weight", FC2 + ".weight", QUERY + ".weight");
        assertThat(read.layers().get(ATTENTION + ".weight").rank()).isEqualTo(2 + 3 + 4);
        assertThat(read.layers().get(FC2 + ".weight").rank()).isEqualTo(2 + 4);
        assertThat(read.layers().get(QUERY + ".weight").rank()).isEqualTo(3 + 4);
        requireDeltas(read, merge.merge().merged(), 1e-6);
    }

    /** PEFT's merges of adapters of different ranks cannot be loaded again: PEFT must find these ranks by its own rules. */
    @Test
    void peftFindsEveryRankAndAdaptsNothingElse() throws IOException {
        write(merge(MergeMethod.CAT, adapters(false)), OptionalInt.empty());
        ObjectNode config = JsonFiles.read(folder.resolve("adapter_config.json"), "");
        List<String> modules = List.of(ATTENTION, FC2, QUERY);
        for (int i = 0; i < 3; i++) {
            assertThat(peftRank(config, modules.get(i)))
                    .isEqualTo(List.of(9, 6, 7).get(i));
            assertThat(peftPattern(config, "alpha_pattern", "lora_alpha", modules.get(i))
                            / peftRank(config, modules.get(i)))
                    .isEqualTo(1.0);
        }
        for (String other : List.of(
                "vit.encoder.layer.1.attention.attention.query",
                "vit.encoder.layer.0.attention.attention.query",
                "vit.encoder.layer.10.output.dense",
                "vit.encoder.layer.1.output.dense",
                "vit.encoder.layer.0.intermediate.dense")) {
            assertThat(targeted(config, other)).as(other).isFalse();
        }
        assertThat(modules).allMatch(module -> targeted(config, module));
        // fc2 alone: its short name is the end of the attention output's too.
        Path only = folder.resolve("only");
        Files.createDirectory(only);
        AdapterFolder fc2 = folder("x", adapter("x", 2, new Random(3), FC2), new TreeMap<>());
        PeftMerge.write(
                only,
                merge(MergeMethod.CAT, List.of(fc2)),
                OptionalInt.empty(),
                Optional.empty(),
                MergeProgress.SILENT);
        ObjectNode onlyConfig = JsonFiles.read(only.resolve("adapter_config.json"), "");
        assertThat(targeted(onlyConfig, FC2)).isTrue();
        assertThat(targeted(onlyConfig, ATTENTION)).isFalse();
    }

    /** As {@code get_pattern_key} of PEFT: the first expression that the end of the path matches from the beginning of a name. */
    private static double peftPattern(ObjectNode config, String patterns, String common, String module) {
        return config.path(patterns).properties().stream()
                .filter(entry -> Pattern.matches("(.*\\.)?(" + entry.getKey() + ")", module))
                .map(entry -> entry.getValue().doubleValue())
                .findFirst()
                .orElse(config.path(common).doubleValue());
    }

    private static int peftRank(ObjectNode config, String module) {
        return (int) peftPattern(config, "rank_pattern", "r", module);
    }

    private static boolean targeted(ObjectNode config, String module) {
        return config.path("target_modules")
                .valueStream()
                .anyMatch(name -> module.equals(name.asText()) || module.endsWith("." + name.asText()));
    }

    @ParameterizedTest
    @EnumSource(names = "REGMEAN", mode = EnumSource.Mode.EXCLUDE)
    void everyMethodCanBeCutToARankAndSaysWhatIsLost(MergeMethod method) throws IOException {
        AdapterMerge merge = merge(method, adapters(false));
        ObjectNode record = write(merge, OptionalInt.of(3));
        AdapterSource read = AdapterFolder.read(folder).adapter();
        SortedMap<String, Matrix> full = (method == MergeMethod.SVD ? merge(MergeMethod.CAT, adapters(false)) : merge)
                .merge()
                .merged();
        double lost = 0;
        double total = 0;
        for (var entry : record.path("weights")) {
            String weight = entry.path("weight").asText();
            assertThat(read.layers().get(weight).rank())
                    .isEqualTo(entry.path("rank").asInt())
                    .isEqualTo(3);
            Matrix delta = full.get(weight);
            Matrix found = Deltas.sum(List.of(new Branch(1, read.factors(weight))));
            double error = 0;
            double norm = 0;
            for (int i = 0; i < delta.data().length; i++) {
                error += Math.pow((double) delta.data()[i] - found.data()[i], 2);
                norm += Math.pow(delta.data()[i], 2);
            }
            assertThat(entry.path("lost").asDouble()).isGreaterThan(0.001).isCloseTo(error / norm, within(1e-5));
            lost += error;
            total += norm;
        }
        assertThat(record.path("lost").asDouble()).isCloseTo(lost / total, within(1e-5));
    }

    @Test
    void svdHasARankOfItsOwn() throws IOException {
        MergeSettings two = new MergeChoices().put(MergeParameter.RANK, 2).settings(MergeMethod.SVD);
        AdapterMerge merge = AdapterMerge.of(adapters(false), List.of(), two, Optional.empty(), MergeProgress.SILENT);
        write(merge, OptionalInt.empty());
        LoraAdapter read = LoraAdapter.load(AdapterFolder.read(folder).adapter());
        assertThat(read.layers().values()).allMatch(layer -> layer.rank() == 2);
        requireDeltas(read, merge.merge().merged(), 1e-6);
    }

    @ParameterizedTest
    @EnumSource(names = {"TIES", "DARE", "MAGNITUDE"})
    void whatHasNoFactorsNeedsARank(MergeMethod method) {
        assertThatThrownBy(() -> write(merge(method, adapters(false)), OptionalInt.empty()))
                .isInstanceOf(InputException.class)
                .hasMessage("rank: expected the rank to cut a merge by " + method.optionName()
                        + " to, which has no factors to write for PEFT, found none");
        assertThat(TestData.entries(folder)).isEmpty();
    }

    @Test
    void biasesOfAdaptedLayersAreThoseOfB() throws IOException {
        AdapterMerge merge = merge(MergeMethod.LINEAR, adapters(true));
        write(merge, OptionalInt.empty());
        assertThat(JsonFiles.read(folder.resolve("adapter_config.json"), "")
                        .path("lora_bias")
                        .asBoolean())
                .isTrue();
        SortedMap<String, BiasChange> read =
                AdapterFolder.read(folder).adapter().biases();
        assertThat(read).hasSize(3);
        assertThat(read.get(FC2 + ".bias").values())
                .containsExactly(merge.merge().biases().get(FC2 + ".bias"));
        assertThat(read.get(QUERY + ".bias").values()).containsOnly(0f);
        assertThat(read.values()).noneMatch(BiasChange::full);
    }

    @Test
    void aBiasOfALayerThatIsNotAdaptedIsRefused() {
        SortedMap<String, BiasChange> biases = new TreeMap<>();
        biases.put("vit.layernorm.bias", new BiasChange(new float[] {1}, false));
        AdapterFolder adapter = folder("x", adapter("x", 2, new Random(3), FC2), biases);
        assertThatThrownBy(() -> write(merge(MergeMethod.CAT, List.of(adapter)), OptionalInt.empty()))
                .isInstanceOf(InputException.class)
                .hasMessage("the bias 'vit.layernorm.bias' changes, but not the weight of its layer, which"
                        + " PEFT's lora_bias cannot say; write a merge folder instead");
    }

    @Test
    void weightsThatAreStoredTransposedAreRefusedAlsoFromAMergeFolder() throws IOException {
        Path source = TestData.copy("peft-adapters/v4-names/adapter0", folder.resolve("transposed"));
        TestData.set(source.resolve("adapter_config.json"), "fan_in_fan_out", "true");
        AdapterMerge merge = merge(MergeMethod.CAT, List.of(AdapterFolder.read(source)));
        Path merged = Files.createDirectory(folder.resolve("merged"));
        MergeFolder.write(merged, merge);
        AdapterMerge replayed = ContinuedMerge.of(StoredMerge.open(merged), List.of(), List.of(), List.of())
                .merge(MergeProgress.SILENT);
        Path again = Files.createDirectory(folder.resolve("again"));
        MergeFolder.write(again, replayed);
        assertThat(again.resolve("merge.json")).hasSameBinaryContentAs(merged.resolve("merge.json"));
        for (AdapterMerge each : List.of(merge, replayed)) {
            assertThatThrownBy(() -> write(each, OptionalInt.empty()))
                    .isInstanceOf(InputException.class)
                    .hasMessage(source + ": expected adapters for weights [out, in] to write for PEFT, found"
                            + " fan_in_fan_out = true; write a merge folder instead");
        }
    }

    @Test
    void pathsThatPeftCannotTellApartAreRefused() {
        SortedMap<String, LoraFactors> factors = new TreeMap<>(
                adapter("x", 2, new Random(3), "a.dense", "b.dense").factors());
        factors.putAll(adapter("x", 3, new Random(3), "dense").factors());
        AdapterFolder adapter = folder("x", new LoraAdapter("x", factors), new TreeMap<>());
        assertThatThrownBy(() -> write(merge(MergeMethod.CAT, List.of(adapter)), OptionalInt.empty()))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("module a.dense: expected a path that PEFT tells from the other adapted modules");
    }

    @Test
    void headClassesAndBaseStandBesideIt() throws IOException {
        List<AdapterFolder> adapters = adapters(false);
        AdapterMerge merge = merge(
                MergeMethod.HAM,
                List.of(
                        Adapters.with(
                                Adapters.with(adapters.get(0), Adapters.independent(1, Optional.of("abc"))),
                                Adapters.head("a", "b")),
                        Adapters.with(adapters.get(1), Adapters.head("c"))));
        write(merge, OptionalInt.empty());
        AdapterFolder read = AdapterFolder.read(folder);
        assertThat(read.record().alpha()).isEqualTo(Importance.ONE);
        assertThat(read.record().classes()).containsExactly("a", "b", "c");
        assertThat(read.record().baseSha256()).hasValue("abc");
        assertThat(read.record().mode()).isEqualTo(MergeMode.INDEPENDENT);
        assertThat(read.head().orElseThrow().classes()).containsExactly("a", "b", "c");
        ObjectNode merged =
                (ObjectNode) JsonFiles.read(folder.resolve("ham.json"), "").path("merged");
        assertThat(merged.path("method").asText()).isEqualTo("ham");
        assertThat(merged.path("adapters").toString()).isEqualTo("[\"x\",\"y\"]");
    }

    private ObjectNode write(AdapterMerge merge, OptionalInt rank) throws IOException {
        return PeftMerge.write(folder, merge, rank, Optional.of(Path.of("some", "base")), MergeProgress.SILENT)
                .json();
    }

    private static AdapterMerge merge(MergeMethod method, List<AdapterFolder> adapters) {
        return AdapterMerge.of(adapters, List.of(), MergeSettings.of(method), Optional.empty(), MergeProgress.SILENT);
    }

    private static void requireDeltas(AdapterSource found, SortedMap<String, Matrix> expected, double tolerance) {
        assertThat(found.layers().keySet()).isEqualTo(expected.keySet());
        expected.forEach((weight, delta) -> {
            Matrix sum = Deltas.sum(List.of(new Branch(1, found.factors(weight))));
            float largest = 0;
            for (float each : delta.data()) {
                largest = Math.max(largest, Math.abs(each));
            }
            assertThat(sum.data()).containsExactly(delta.data(), within((float) (tolerance * largest)));
        });
    }

    /** Three adapters of ranks 2, 3, 4 on different layers. */
    private static List<AdapterFolder> adapters(boolean biases) {
        Random random = new Random(5);
        SortedMap<String, BiasChange> changes = new TreeMap<>();
        if (biases) {
            Stream.of(ATTENTION, FC2)
                    .forEach(module -> changes.put(
                            module + ".bias",
                            new BiasChange(matrix(random, 1, 12).data(), false)));
        }
        List<AdapterFolder> adapters = new ArrayList<>();
        adapters.add(folder("x", adapter("x", 2, random, ATTENTION, FC2), changes));
        adapters.add(folder("y", adapter("y", 3, random, ATTENTION, QUERY), new TreeMap<>()));
        adapters.add(folder("z", adapter("z", 4, random, ATTENTION, FC2, QUERY), changes));
        return adapters;
    }

    private static LoraAdapter adapter(String name, int rank, Random random, String... modules) {
        SortedMap<String, LoraFactors> factors = new TreeMap<>();
        for (String module : modules) {
            factors.put(
                    module + ".weight",
                    new LoraFactors(matrix(random, rank, 10), matrix(random, 12, rank), 0.3 * rank));
        }
        return new LoraAdapter(name, factors);
    }

    private static AdapterFolder folder(String name, LoraAdapter adapter, SortedMap<String, BiasChange> biases) {
        return new AdapterFolder(
                Path.of(name),
                new LoraAdapter(name, adapter.factors(), biases),
                Adapters.independent(1, Optional.empty()),
                Optional.empty(),
                () -> name);
    }

    private static Matrix matrix(Random random, int rows, int columns) {
        Matrix matrix = Matrix.zeros(rows, columns);
        for (int i = 0; i < matrix.data().length; i++) {
            matrix.data()[i] = (float) random.nextGaussian();
        }
        return matrix;
    }
}
