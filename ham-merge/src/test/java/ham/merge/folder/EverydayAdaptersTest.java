package ham.merge.folder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ham.merge.InputException;
import ham.merge.MergeProgress;
import ham.merge.adapter.LoraFactors;
import ham.merge.checkpoint.Checkpoint;
import ham.merge.head.HeadFeature;
import ham.merge.io.JsonFiles;
import ham.merge.peft.PeftFolder;
import ham.merge.tensor.Matrix;
import ham.testing.TestData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.SortedMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Adapters in the forms that people have them. */
class EverydayAdaptersTest {
    private static final Checkpoint BASE = Checkpoint.open(TestData.path("hf-vit-tiny"));
    private static final String QUERY = "vit.layers.0.attention.q_proj";
    private static final String WEIGHT = "vit.encoder.layer.0.attention.attention.query.weight";
    private static final int D = 64;

    @TempDir
    private Path folder;

    private final PeftFolder made = new PeftFolder(new Random(5));

    private AdapterFolder read() throws IOException {
        return AdapterFolder.read(made.write(folder.resolve("adapter")));
    }

    private AdapterFolder onto() throws IOException {
        return read().onto(BASE, BASE.sha256());
    }

    private static void assertDelta(AdapterFolder adapter, double[][] expected) {
        assertProduct(adapter.adapter().factors(WEIGHT), expected);
        Matrix delta = Adapters.cat(adapter).merge().merged().get(WEIGHT);
        for (int o = 0; o < expected.length; o++) {
            for (int i = 0; i < expected[o].length; i++) {
                assertThat((double) delta.get(o, i))
                        .isCloseTo(expected[o][i], within(1e-5 * Math.max(1, Math.abs(expected[o][i]))));
            }
        }
    }

    private static void assertProduct(LoraFactors factors, double[][] expected) {
        assertThat(factors.outputs()).isEqualTo(expected.length);
        assertThat(factors.inputs()).isEqualTo(expected[0].length);
    }

    /** A BERT for classification of which PEFT saved its classifier, and more, along. */
    private AdapterFolder bert(String... more) throws IOException {
        made.config("r", 2)
                .config("modules_to_save", List.of("classifier", "pooler"))
                .pair("bert.encoder.layer.0.attention.self.query", "F32", 2, D, D)
                .tensor("classifier.weight", "F32", 3, D)
                .tensor("classifier.bias", "F32", 3);
        for (String each : more) {
            made.tensor(each + ".weight", "F32", D, D).tensor(each + ".bias", "F32", D);
        }
        return read();
    }

    private static Checkpoint encoder(String name) {
        return Checkpoint.open(TestData.path("encoders").resolve(name));
    }

    @Test
    void aSavedClassifierKeepsItsFeatureOnABaseWithoutOne() throws IOException {
        Checkpoint bare = encoder("bert-bare");
        AdapterFolder adapter = bert().onto(bare, bare.sha256());
        assertThat(adapter.head().orElseThrow().feature()).isEqualTo(HeadFeature.CLASSIFIER);
        Path merged = Files.createDirectory(folder.resolve("merged"));
        MergeFolder.write(merged, Adapters.cat(adapter));
        assertThat(Merged.read(merged).head().orElseThrow().feature()).isEqualTo(HeadFeature.CLASSIFIER);
    }

    @Test
    void aSavedClassifierWithoutTheLayerBeforeItIsRefused() throws IOException {
        Checkpoint bare = encoder("mpnet-bare");
        made.config("r", 2)
                .config("modules_to_save", List.of("classifier"))
                .pair("mpnet.encoder.layer.0.attention.attn.q", "F32", 2, 32, 32)
                .tensor("classifier.weight", "F32", 3, 32);
        AdapterFolder adapter = read();
        assertThatThrownBy(() -> adapter.onto(bare, bare.sha256()))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("expected the layer 'classifier.dense'");
    }

    @Test
    void aSavedPoolerIsRefusedWhereTheClassifierReadsIt() throws IOException {
        AdapterFolder adapter = bert("bert.pooler.dense");
        for (String base : List.of("bert", "bert-bare")) {
            Checkpoint reads = encoder(base);
            assertThatThrownBy(() -> adapter.onto(reads, reads.sha256()))
                    .isInstanceOf(InputException.class)
                    .hasMessageContaining("leaves the pooler as in the base or adapts it by factors")
                    .hasMessageContaining("found a whole one (modules_to_save)");
        }
        assertThat(Adapters.cat(adapter).warnings()).anyMatch(each -> each.contains("the pooler that PEFT saved"));
    }

    @Test
    void aSavedPoolerIsLeftOutWhereNoClassifierReadsIt() throws IOException {
        made.config("r", 2)
                .config("modules_to_save", List.of("pooler"))
                .pair(QUERY, "F32", 2, D, D)
                .tensor("vit.pooler.dense.weight", "F32", D, D);
        assertThat(Adapters.cat(onto()).warnings()).isEmpty();
    }

    @Test
    void aFusedLayerBesideAPartOfItIsRefused() throws IOException {
        Checkpoint timm = Checkpoint.open(TestData.path("everyday/timm"));
        int d = timm.encoder().width();
        AdapterFolder fused = AdapterFolder.read(made.config("r", 2)
                .pair("blocks.0.attn.qkv", "F32", 2, 3 * d, d)
                .write(folder.resolve("fused")));
        AdapterFolder part = AdapterFolder.read(new PeftFolder(new Random(6))
                .config("r", 2)
                .pair("vit.encoder.layer.0.attention.attention.value", "F32", 2, d, d)
                .write(folder.resolve("part")));
        AdapterFolder placedFused = fused.onto(timm, timm.sha256());
        AdapterFolder placedPart = part.onto(timm, timm.sha256());
        for (List<AdapterFolder> both : List.of(
                List.of(fused, part),
                List.of(part, fused),
                List.of(placedFused, placedPart),
                List.of(placedPart, fused))) {
            assertThatThrownBy(() -> Adapters.cat(both.get(0), both.get(1)))
                    .isInstanceOf(InputException.class)
                    .hasMessageStartingWith(both.get(1).path() + ": changes '")
                    .hasMessageContaining("the one being a part of the other");
        }
    }

    private void assertNeedsBase(String kind) throws IOException {
        AdapterFolder alone = read();
        assertThatThrownBy(() -> Adapters.cat(alone))
                .isInstanceOf(InputException.class)
                .hasMessage(alone.path() + ": is " + kind
                        + ", whose delta ham takes with the base at hand; give the base too");
    }

    @Test
    void doraIsMergedExactlyWhereTheBaseIsAtHand() throws IOException {
        made.config("use_dora", true)
                .config("r", 2)
                .config("lora_alpha", 1)
                .pair(QUERY, "F32", 2, D, D)
                .tensor(QUERY + ".lora_magnitude_vector", "F32", D);
        float[] a = made.values(QUERY + ".lora_A.weight");
        float[] b = made.values(QUERY + ".lora_B.weight");
        float[] magnitude = made.values(QUERY + ".lora_magnitude_vector");
        float[] weight = BASE.floats(WEIGHT);
        double[][] expected = new double[D][D];
        for (int o = 0; o < D; o++) {
            double[] row = new double[D];
            double norm = 0;
            for (int i = 0; i < D; i++) {
                row[i] = weight[o * D + i] + 0.5 * ((double) b[o * 2] * a[i] + (double) b[o * 2 + 1] * a[D + i]);
                norm += row[i] * row[i];
            }
            for (int i = 0; i < D; i++) {
                expected[o][i] = magnitude[o] / Math.sqrt(norm) * row[i] - weight[o * D + i];
            }
        }
        assertDelta(onto(), expected);
        assertNeedsBase("DoRA");
    }

    @Test
    void lohaIsTheProductOfTwoProductsEntryByEntry() throws IOException {
        made.config("peft_type", "LOHA").config("r", 2).config("alpha", 3);
        for (String side : List.of("w1", "w2")) {
            made.tensor(QUERY + ".hada_" + side + "_a", "F32", D, 2)
                    .tensor(QUERY + ".hada_" + side + "_b", "F32", 2, D);
        }
        double[][] expected = new double[D][D];
        for (int o = 0; o < D; o++) {
            for (int i = 0; i < D; i++) {
                expected[o][i] = 1.5 * entry("w1", o, i) * entry("w2", o, i);
            }
        }
        assertDelta(onto(), expected);
        assertNeedsBase("LoHa");
    }

    private double entry(String side, int o, int i) {
        float[] a = made.values(QUERY + ".hada_" + side + "_a");
        float[] b = made.values(QUERY + ".hada_" + side + "_b");
        return (double) a[o * 2] * b[i] + (double) a[o * 2 + 1] * b[D + i];
    }

    @Test
    void lokrIsAKroneckerProductWhoseSecondFactorMayBeAProduct() throws IOException {
        made.config("peft_type", "LOKR")
                .config("r", 2)
                .config("alpha", 1)
                .tensor(QUERY + ".lokr_w1", "F32", 4, 8)
                .tensor(QUERY + ".lokr_w2_a", "F32", 16, 2)
                .tensor(QUERY + ".lokr_w2_b", "F32", 2, 8);
        float[] first = made.values(QUERY + ".lokr_w1");
        float[] a = made.values(QUERY + ".lokr_w2_a");
        float[] b = made.values(QUERY + ".lokr_w2_b");
        double[][] expected = new double[D][D];
        for (int o = 0; o < D; o++) {
            for (int i = 0; i < D; i++) {
                double second = (double) a[o % 16 * 2] * b[i % 8] + (double) a[o % 16 * 2 + 1] * b[8 + i % 8];
                expected[o][i] = 0.5 * first[o / 16 * 8 + i / 8] * second;
            }
        }
        assertDelta(onto(), expected);
        assertNeedsBase("LoKr");
    }

    @Test
    void savedNormsAreChangesOfTheBasesNorms() throws IOException {
        made.config("modules_to_save", List.of("classifier", "layernorm"))
                .config("r", 2)
                .pair(QUERY, "F32", 2, D, D)
                .tensor("classifier.weight", "F32", 3, D)
                .tensor("classifier.bias", "F32", 3)
                .tensor("vit.layernorm.weight", "F32", D)
                .tensor("vit.layernorm.bias", "F32", D);
        AdapterMerge merge = Adapters.cat(onto());
        for (String vector : List.of("vit.layernorm.weight", "vit.layernorm.bias")) {
            float[] saved = made.values(vector);
            float[] base = BASE.floats(vector);
            for (int i = 0; i < D; i++) {
                assertThat(merge.merge().biases().get(vector)[i]).isEqualTo(saved[i] - base[i]);
            }
        }
        MergeFolder.write(Files.createDirectory(folder.resolve("merged")), merge);
        Merged read = Merged.read(folder.resolve("merged")).onto(BASE, BASE.sha256());
        assertThat(read.biases()).containsOnlyKeys("vit.layernorm.weight", "vit.layernorm.bias");
        assertThat(read.head().orElseThrow().classes()).hasSize(3);
        AdapterMerge again = ContinuedMerge.of(
                        StoredMerge.open(folder.resolve("merged")), List.of(), List.of(), List.of())
                .merge(MergeProgress.SILENT);
        assertThat(again.merge().biases().get("vit.layernorm.weight"))
                .isEqualTo(merge.merge().biases().get("vit.layernorm.weight"));
    }

    @Test
    void thePoolerIsLeftOutOfAModelThatHasNone() throws IOException {
        made.config("r", 2).pair(QUERY, "F32", 2, D, D).pair("vit.pooler.dense", "F32", 2, D, D);
        AdapterFolder adapter = onto();
        assertThat(adapter.adapter().layers()).containsOnlyKeys(WEIGHT);
        assertThat(Adapters.cat(adapter).warnings()).singleElement().asString().contains("adapts the pooler");
        MergeFolder.write(Files.createDirectory(folder.resolve("merged")), Adapters.cat(read()));
        assertThat(Merged.read(folder.resolve("merged"))
                        .onto(BASE, BASE.sha256())
                        .deltas())
                .containsOnlyKeys(WEIGHT);
    }

    @ParameterizedTest
    @ValueSource(strings = {"default", "bare", "module", "compiled", "wrapper"})
    void keysThatSayTheSameAreTheSame(String keys) {
        Checkpoint base = Checkpoint.open(TestData.path("everyday/vit"));
        SortedMap<String, Matrix> expected = Adapters.cat(
                        AdapterFolder.read(TestData.path("everyday/keys/a")).onto(base, base.sha256()))
                .merge()
                .merged();
        AdapterFolder adapter = AdapterFolder.read(TestData.path("everyday/keys/" + keys));
        assertThat(Adapters.cat(adapter.onto(base, base.sha256())).merge().merged())
                .hasSize(4)
                .isEqualTo(expected);
    }

    @Test
    void aMergeForPeftHasTheNamesAndTheClassifierOfItsFirstMember() throws IOException {
        Checkpoint base = Checkpoint.open(TestData.path("everyday/vit"));
        AdapterFolder first =
                AdapterFolder.read(TestData.path("everyday/classifier")).onto(base, base.sha256());
        PeftMerge.write(folder, Adapters.cat(first), OptionalInt.empty(), Optional.empty(), MergeProgress.SILENT);
        AdapterFolder written = AdapterFolder.read(folder);
        assertThat(written.adapter().layers().keySet())
                .allMatch(name -> name.matches("vit\\.layers\\.[01]\\.attention\\.[qv]_proj\\.weight"));
        assertThat(JsonFiles.read(folder.resolve("adapter_config.json"), "")
                        .path("modules_to_save")
                        .toString())
                .isEqualTo("[\"classifier\"]");
        Files.delete(folder.resolve("head.safetensors"));
        assertThat(AdapterFolder.read(folder).head().map(each -> each.head().logits(new float[32])))
                .isPresent()
                .hasValueSatisfying(logits -> assertThat(logits)
                        .isEqualTo(first.head().orElseThrow().head().logits(new float[32])));
    }

    @Test
    void aMergeOfTwoSchemesForPeftHasOneOfThem() throws IOException {
        AdapterFolder recent = Adapters.recent(0).onto(BASE, BASE.sha256());
        AdapterFolder published = Adapters.published(1).onto(BASE, BASE.sha256());
        for (boolean recentFirst : new boolean[] {true, false}) {
            Path out = Files.createDirectory(folder.resolve("out" + recentFirst));
            AdapterMerge merge = recentFirst ? Adapters.cat(recent, published) : Adapters.cat(published, recent);
            PeftMerge.write(out, merge, OptionalInt.empty(), Optional.empty(), MergeProgress.SILENT);
            AdapterFolder written = AdapterFolder.read(out);
            assertThat(written.adapter().layers().keySet())
                    .allMatch(name -> name.startsWith(recentFirst ? "vit.layers." : "vit.encoder.layer."));
            assertThat(Adapters.cat(written.onto(BASE, BASE.sha256()))
                            .merge()
                            .merged()
                            .keySet())
                    .isEqualTo(merge.merge().merged().keySet());
        }
    }

    @Test
    void foldersOfOneNameAreToldApartByTheirPaths() {
        assertThat(AdapterFolder.names(
                        List.of(Path.of("/r/cats/final"), Path.of("/r/dogs/final"), Path.of("/r/birds"))))
                .containsExactly("cats-final", "dogs-final", "birds");
        assertThat(AdapterFolder.names(List.of(Path.of("/a/x/run/final"), Path.of("/b/x/run/final"))))
                .containsExactly("a-x-run-final", "b-x-run-final");
        assertThat(AdapterFolder.names(List.of(Path.of("/a/final"), Path.of("/a/final"))))
                .containsExactly("final", "final");
    }

    @Test
    void classesWithoutNamesAreWarnedAboutAndGetThoseThatAreGiven() {
        AdapterFolder adapter = AdapterFolder.read(TestData.path("everyday/classifier"));
        assertThat(Adapters.cat(adapter).warnings()).singleElement().asString().contains("nothing names the 5 classes");
        AdapterMerge named = Adapters.cat(AdapterFolder.labelled(List.of(adapter), List.of("a", "b", "c", "d", "e"))
                .get(0));
        assertThat(named.warnings()).isEmpty();
        assertThat(named.head().orElseThrow().classes()).containsExactly("a", "b", "c", "d", "e");
        assertThatThrownBy(() -> AdapterFolder.labelled(List.of(adapter), List.of("a")))
                .isInstanceOf(InputException.class)
                .hasMessage("labels: expected a name for each of the 5 classes of the adapters' heads, found 1");
        assertThatThrownBy(() -> AdapterFolder.labelled(List.of(adapter), List.of("a", "a", "c", "d", "e")))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("found one twice");
    }

    @Test
    void basesOfOtherNamesAreWarnedAbout() throws IOException {
        AdapterFolder[] adapters = new AdapterFolder[3];
        List<String> bases = List.of("google/vit", "google/vit/", "facebook/dino");
        for (int i = 0; i < 3; i++) {
            Path copy = TestData.copy("everyday/keys/a", folder.resolve("copy" + i));
            TestData.set(copy.resolve("adapter_config.json"), "base_model_name_or_path", '"' + bases.get(i) + '"');
            adapters[i] = AdapterFolder.read(copy);
        }
        assertThat(Adapters.cat(adapters[0], adapters[1]).warnings()).isEmpty();
        assertThat(Adapters.cat(adapters).warnings())
                .singleElement()
                .asString()
                .contains("'copy0' on google/vit, 'copy2' on facebook/dino");
    }
}
