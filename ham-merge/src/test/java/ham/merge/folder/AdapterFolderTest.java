package ham.merge.folder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ham.merge.InputException;
import ham.merge.RawTensors;
import ham.merge.adapter.BiasChange;
import ham.merge.adapter.LoraAdapter;
import ham.merge.checkpoint.Checkpoint;
import ham.merge.head.HeadFile;
import ham.merge.head.HeadStitching;
import ham.merge.head.LinearHead;
import ham.merge.head.NamedHead;
import ham.merge.peft.PeftFolder;
import ham.merge.record.HamRecord;
import ham.testing.TestData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AdapterFolderTest {
    private static final Checkpoint BASE = Checkpoint.open(TestData.path("hf-vit-tiny"));
    private static final String HASH = BASE.sha256();
    private static final String WEIGHTS = "adapter_model.safetensors";

    @TempDir
    private Path folder;

    private AdapterFolder changed(UnaryOperator<RawTensors> change) {
        if (!Files.exists(folder.resolve(WEIGHTS))) {
            TestData.copy("peft-adapters/v4-names/adapter0", folder);
        }
        change.apply(RawTensors.read(folder.resolve(WEIGHTS))).write(folder.resolve(WEIGHTS));
        return AdapterFolder.read(folder);
    }

    @Test
    void aPlainPeftFolderHasDefaultsAndNoHead() {
        AdapterFolder adapter = Adapters.published(3);
        assertThat(adapter.adapter().name()).isEqualTo("adapter3");
        assertThat(adapter.record()).isEqualTo(Adapters.independent(1, Optional.empty()));
        assertThat(adapter.head()).isEmpty();
        assertThat(adapter.sha256()).hasSize(64);
    }

    @Test
    void recordAndHeadAreReadFromTheSameFolder() throws IOException {
        TestData.copy("peft-adapters/v4-names/adapter0", folder);
        HamRecord record = Adapters.sequential(0, 0.3, List.of());
        record.write(folder);
        HeadFile.write(folder.resolve("head.safetensors"), Adapters.head("a", "b"));
        AdapterFolder adapter = AdapterFolder.read(folder);
        assertThat(adapter.record()).isEqualTo(record);
        assertThat(adapter.head().orElseThrow().classes()).containsExactly("a", "b");
        assertThat(adapter.sha256()).isEqualTo(Adapters.published(0).sha256());

        Files.writeString(folder.resolve("head.safetensors"), "no head");
        assertThatThrownBy(() -> AdapterFolder.read(folder))
                .isInstanceOf(InputException.class)
                .hasMessageStartingWith(folder.resolve("head.safetensors") + ": ");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4, 5})
    void bothNamingSchemesBecomeTheSameAdapterOnTheBase(int number) {
        AdapterFolder published = Adapters.published(number).onto(BASE, HASH);
        AdapterFolder recent = Adapters.recent(number).onto(BASE, HASH);
        assertThat(LoraAdapter.load(recent.adapter())).isEqualTo(LoraAdapter.load(published.adapter()));
        assertThat(LoraAdapter.load(published.adapter()))
                .isEqualTo(LoraAdapter.load(Adapters.published(number).adapter()));
        assertThat(recent.adapter().layers().keySet()).allMatch(BASE::has);
    }

    @Test
    void theBaseThatTheRecordNamesIsRequired() {
        AdapterFolder own = Adapters.with(Adapters.published(0), Adapters.independent(1, Optional.of(HASH)));
        assertThat(LoraAdapter.load(own.onto(BASE, HASH).adapter())).isEqualTo(LoraAdapter.load(own.adapter()));
        AdapterFolder other = Adapters.with(Adapters.published(0), Adapters.independent(1, Optional.of("abc")));
        assertThatThrownBy(() -> other.onto(BASE, HASH))
                .isInstanceOf(InputException.class)
                .hasMessage(
                        other.path() + ": was trained on another base: expected the checkpoint with hash abc, found "
                                + BASE.directory() + " with hash " + HASH);
    }

    @Test
    void aLayerThatTheBaseLacksIsToldByName() {
        AdapterFolder deep = changed(all -> all.renamed(name -> name.replace("layer.3", "layer.4")));
        assertThatThrownBy(() -> deep.onto(BASE, HASH))
                .isInstanceOf(InputException.class)
                .hasMessage(folder + ": adapts 'vit.encoder.layer.4.attention.attention.query.weight', which the base "
                        + BASE.directory() + " does not have");
    }

    @Test
    void factorsOfAnotherShapeAreToldByName() {
        String tensor = "base_model.model.vit.encoder.layer.1.attention.attention.value.lora_B.weight";
        AdapterFolder wide = changed(all -> all.add(tensor, List.of(65L, 4L), new float[65 * 4]));
        assertThatThrownBy(() -> wide.onto(BASE, HASH))
                .isInstanceOf(InputException.class)
                .hasMessage(folder + ": weight 'vit.encoder.layer.1.attention.attention.value.weight': expected a delta"
                        + " [64, 64] for the base " + BASE.directory() + ", found [65, 64]");
    }

    @Test
    void oneWeightUnderTwoNamesIsRefused() {
        TestData.copy("peft-adapters/v4-names/adapter0", folder);
        TestData.set(folder.resolve("adapter_config.json"), "target_modules", "\"all-linear\"");
        AdapterFolder twice = changed(all -> {
            for (String half : Arrays.asList("lora_A", "lora_B")) {
                String published = "base_model.model.vit.encoder.layer.0.attention.attention.query." + half + ".weight";
                RawTensors.Raw raw = all.get(published);
                all.add(
                        "base_model.model.vit.layers.0.attention.q_proj." + half + ".weight",
                        raw.dtype(),
                        raw.shape(),
                        raw.bytes());
            }
            return all;
        });
        assertThatThrownBy(() -> twice.onto(BASE, HASH))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("query.weight' twice, under two names");
    }

    private static final String QUERY = "vit.encoder.layer.0.attention.attention.query";

    /** An adapter of rank 2 on the query of block 0, scaled with 4. */
    private static PeftFolder made(String module) {
        return new PeftFolder(new Random(3))
                .config("r", 2)
                .config("lora_alpha", 8)
                .pair(module, "F32", 2, 64, 64);
    }

    @Test
    void biasesBecomeDeltasUnderTheBasesNames() {
        String recent = "vit.layers.0.attention.q_proj";
        PeftFolder made = made(recent)
                .config("bias", "all")
                .config("lora_bias", true)
                .tensor(recent + ".base_layer.bias", "F32", 64)
                .tensor(recent + ".lora_B.bias", "F32", 64)
                .tensor("vit.layernorm.bias", "F32", 64);
        var biases = AdapterFolder.read(made.write(folder))
                .onto(BASE, HASH)
                .adapter()
                .biases();
        assertThat(biases).containsOnlyKeys(QUERY + ".bias", "vit.layernorm.bias");
        assertThat(biases.values()).noneMatch(BiasChange::full);
        for (int i = 0; i < 64; i++) {
            // PEFT replaces the base's bias, then adds that of B.
            assertThat(biases.get(QUERY + ".bias").values()[i] + BASE.floats(QUERY + ".bias")[i])
                    .isCloseTo(
                            made.values(recent + ".base_layer.bias")[i] + 4 * made.values(recent + ".lora_B.bias")[i],
                            within(1e-4f));
            assertThat(biases.get("vit.layernorm.bias").values()[i])
                    .isEqualTo(made.values("vit.layernorm.bias")[i] - BASE.floats("vit.layernorm.bias")[i]);
        }
    }

    @Test
    void aBiasThatTheBaseLacksOrHasInAnotherShapeIsRefused() {
        made(QUERY).config("bias", "all").tensor("vit.other.bias", "F32", 64).write(folder);
        AdapterFolder foreign = AdapterFolder.read(folder);
        assertThatThrownBy(() -> foreign.onto(BASE, HASH))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("adapts 'vit.other.bias', which the base " + BASE.directory());
        made(QUERY)
                .config("bias", "all")
                .tensor("vit.layernorm.bias", "F32", 63)
                .write(folder);
        AdapterFolder wide = AdapterFolder.read(folder);
        assertThatThrownBy(() -> wide.onto(BASE, HASH))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("bias 'vit.layernorm.bias': expected a delta [64]");
    }

    @Test
    void anAdapterForTransposedWeightsIsRefusedOnABaseOfLinearLayers() {
        made(QUERY).config("fan_in_fan_out", true).write(folder);
        AdapterFolder transposed = AdapterFolder.read(folder);
        assertThat(transposed.adapter().layers()).hasSize(1);
        assertThatThrownBy(() -> transposed.onto(BASE, HASH))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("found fan_in_fan_out = true; PEFT takes it for false on such layers");
    }

    @Test
    void theClassifierThatPeftSavedIsTheHead() throws IOException {
        PeftFolder made = made(QUERY)
                .config("modules_to_save", List.of("classifier"))
                .tensor("classifier.weight", "F32", 2, 64)
                .tensor("classifier.bias", "F32", 2);
        Path adapter = made.write(folder.resolve("first"));
        assertThat(classes(adapter)).containsExactly("first/0", "first/1");

        Path config = adapter.resolve("config.json");
        Files.writeString(config, "{\"id2label\": {\"0\": \"LABEL_0\", \"1\": \"LABEL_1\"}}");
        assertThat(classes(adapter)).containsExactly("first/0", "first/1");
        Files.writeString(config, "{\"id2label\": {\"1\": \"dog\", \"0\": \"cat\"}}");
        assertThat(classes(adapter)).containsExactly("cat", "dog");
        Files.writeString(config, "{\"id2label\": {\"1\": \"dog\", \"0\": \"cat\", \"2\": \"cow\"}}");
        assertThat(classes(adapter)).containsExactly("first/0", "first/1");

        Files.writeString(adapter.resolve("ham.json"), "{\"classes\": [\"x\", \"y\"]}");
        NamedHead head = AdapterFolder.read(adapter).head().orElseThrow();
        assertThat(head.classes()).containsExactly("x", "y");
        assertThat(((LinearHead) head.head()).weight().data()).containsExactly(made.values("classifier.weight"));
        assertThat(((LinearHead) head.head()).bias()).containsExactly(made.values("classifier.bias"));

        HeadFile.write(adapter.resolve("head.safetensors"), Adapters.head("own"));
        assertThat(classes(adapter)).containsExactly("own");
    }

    @Test
    void classifiersOfSeveralAdaptersAreStitchedInTaskOrder() {
        List<NamedHead> heads = new ArrayList<>();
        for (String name : List.of("b", "a")) {
            PeftFolder made = made(QUERY)
                    .config("modules_to_save", List.of("classifier", "score"))
                    .tensor("classifier.weight", "F32", 2, 64)
                    .tensor("classifier.bias", "F32", 2);
            heads.add(
                    AdapterFolder.read(made.write(folder.resolve(name))).head().orElseThrow());
        }
        assertThat(HeadStitching.join(heads).classes()).containsExactly("b/0", "b/1", "a/0", "a/1");
    }

    private static List<String> classes(Path adapter) {
        return AdapterFolder.read(adapter).head().orElseThrow().classes();
    }

    @Test
    void theHashIsComputedWhenAskedForAndOnce() throws IOException {
        TestData.copy("peft-adapters/v4-names/adapter0", folder);
        AdapterFolder adapter = AdapterFolder.read(folder).onto(BASE, HASH);
        String first = adapter.sha256();
        assertThat(first).isEqualTo(Adapters.published(0).sha256());
        assertThat(adapter.sha256()).isSameAs(first);
    }
}
