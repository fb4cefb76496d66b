package ham.merge.folder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ham.merge.InputException;
import ham.merge.RawTensors;
import ham.merge.TestData;
import ham.merge.adapter.LoraAdapter;
import ham.merge.checkpoint.Checkpoint;
import ham.merge.head.HeadFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
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
}
