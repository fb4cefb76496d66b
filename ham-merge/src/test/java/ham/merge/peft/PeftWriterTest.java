package ham.merge.peft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import ham.merge.RawTensors;
import ham.merge.adapter.LoraAdapter;
import ham.merge.adapter.LoraFactors;
import ham.merge.checkpoint.Target;
import ham.merge.checkpoint.VitNames;
import ham.merge.io.JsonFiles;
import ham.merge.tensor.Matrix;
import ham.testing.TestData;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class PeftWriterTest {
    private static final VitNames NAMES = VitNames.published("vit.");

    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4, 5})
    void whatIsWrittenIsReadAgain(int number) throws IOException {
        Path source = TestData.path("peft-adapters/v4-names/adapter" + number);
        LoraAdapter adapter = LoraAdapter.load(PeftReader.read(source, "x"));
        PeftWriter.write(folder, adapter, "base", List.of(Target.QUERY, Target.VALUE));
        LoraAdapter read = LoraAdapter.load(PeftReader.read(folder, "x"));
        assertThat(read.factors().keySet()).isEqualTo(adapter.factors().keySet());
        adapter.factors().forEach((name, factors) -> {
            LoraFactors found = read.factors().get(name);
            assertThat(found.a()).isEqualTo(factors.a());
            assertThat(found.b()).isEqualTo(factors.b());
            assertThat(found.scaling()).isCloseTo(factors.scaling(), within(1e-12));
        });
        RawTensors written = RawTensors.read(folder.resolve("adapter_model.safetensors"));
        assertThat(written.metadata()).containsEntry("format", "pt");
        assertThat(written.tensors().keySet())
                .containsExactlyInAnyOrderElementsOf(RawTensors.read(source.resolve("adapter_model.safetensors"))
                        .tensors()
                        .keySet());
    }

    @Test
    void theConfigurationSaysWhatPeftNeeds() throws IOException {
        PeftWriter.write(folder, adapter(3, 0.5, Target.KEY, Target.FC1), "some/base", List.of(Target.KEY, Target.FC1));
        ObjectNode config = JsonFiles.read(folder.resolve("adapter_config.json"), "a configuration");
        assertThat(config.path("peft_type").asText()).isEqualTo("LORA");
        assertThat(config.path("base_model_name_or_path").asText()).isEqualTo("some/base");
        assertThat(config.path("r").isInt()).isTrue();
        assertThat(config.path("r").asInt()).isEqualTo(3);
        assertThat(config.path("lora_alpha").asDouble()).isEqualTo(1.5);
        assertThat(config.path("target_modules").toString()).isEqualTo("[\"key\",\"intermediate.dense\"]");
        assertThat(config.path("bias").asText()).isEqualTo("none");
        assertThat(config.path("inference_mode").asBoolean()).isTrue();
        for (String off : List.of("use_rslora", "use_dora", "fan_in_fan_out")) {
            assertThat(config.path(off).isBoolean()).isTrue();
            assertThat(config.path(off).asBoolean()).isFalse();
        }
        for (String none : List.of("modules_to_save", "task_type", "exclude_modules")) {
            assertThat(config.path(none).isNull()).as(none).isTrue();
        }
    }

    /** PEFT adapts a module whose path ends with a target and with no excluded name. */
    @ParameterizedTest
    @EnumSource
    void targetModulesMatchTheirOwnLayerAndNoOther(Target target) throws IOException {
        PeftWriter.write(folder, adapter(1, 1, target), "base", List.of(target));
        ObjectNode config = JsonFiles.read(folder.resolve("adapter_config.json"), "a configuration");
        assertThat(Stream.of(Target.values()).filter(each -> adapts(config, each)))
                .containsExactly(target);
    }

    private static boolean adapts(ObjectNode config, Target target) {
        String path = NAMES.weight(0, target).replaceFirst("\\.weight$", "");
        return Stream.of("target_modules", "exclude_modules")
                .map(key -> config.path(key).valueStream().anyMatch(name -> path.endsWith("." + name.asText())))
                .toList()
                .equals(List.of(true, false));
    }

    @Test
    void withoutTargetsModulesAreNamedByTheirWholePaths() throws IOException {
        LoraAdapter adapter = adapter(2, 1, Target.ATTENTION_OUTPUT, Target.FC2);
        PeftWriter.write(folder, adapter, "base", List.of());
        ObjectNode config = JsonFiles.read(folder.resolve("adapter_config.json"), "a configuration");
        assertThat(config.path("target_modules").valueStream().map(JsonNode::asText))
                .containsExactlyInAnyOrder(
                        "vit.encoder.layer.0.attention.output.dense", "vit.encoder.layer.0.output.dense");
        assertThat(LoraAdapter.load(PeftReader.read(folder, "x")).factors().keySet())
                .isEqualTo(adapter.factors().keySet());
    }

    /** CLIP calls its query {@code q_proj}: no end of a path that ViT or BERT has names it. */
    @Test
    void modulesOfOtherFamiliesAreNamedByTheirWholePaths() throws IOException {
        String module = "vision_model.encoder.layers.0.self_attn.q_proj";
        SortedMap<String, LoraFactors> factors = new TreeMap<>();
        factors.put(module + ".weight", new LoraFactors(Matrix.zeros(2, 4), Matrix.zeros(4, 2), 1));
        PeftWriter.write(folder, new LoraAdapter("x", factors), "base", List.of(Target.QUERY));
        ObjectNode config = JsonFiles.read(folder.resolve("adapter_config.json"), "a configuration");
        assertThat(config.path("target_modules").valueStream().map(JsonNode::asText))
                .containsExactly(module);
        assertThat(LoraAdapter.load(PeftReader.read(folder, "x")).factors().keySet())
                .isEqualTo(factors.keySet());
    }

    @Test
    void ranksAndScalingsMayDiffer() throws IOException {
        SortedMap<String, LoraFactors> factors =
                new TreeMap<>(adapter(2, 1, Target.values()).factors());
        factors.put(NAMES.weight(0, Target.FC2), new LoraFactors(Matrix.zeros(3, 4), Matrix.zeros(4, 3), 0.1));
        PeftWriter.write(folder, new LoraAdapter("x", factors), "base", List.of(Target.values()));
        LoraAdapter read = LoraAdapter.load(PeftReader.read(folder, "x"));
        assertThat(read.layers().keySet()).isEqualTo(factors.keySet());
        factors.forEach((name, each) -> {
            assertThat(read.layers().get(name).rank()).isEqualTo(each.rank());
            assertThat(read.layers().get(name).scaling()).isCloseTo(each.scaling(), within(1e-12));
        });
    }

    @Test
    void whatIsNoWeightIsRefused() {
        SortedMap<String, LoraFactors> factors = new TreeMap<>();
        factors.put("other", new LoraFactors(Matrix.zeros(2, 4), Matrix.zeros(4, 2), 1));
        assertThatThrownBy(() -> PeftWriter.write(folder, new LoraAdapter("x", factors), "base", List.of()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("expected the name of a weight, found other");
    }

    private static LoraAdapter adapter(int rank, double scaling, Target... targets) {
        SortedMap<String, LoraFactors> factors = new TreeMap<>();
        for (Target target : targets) {
            factors.put(
                    NAMES.weight(0, target), new LoraFactors(Matrix.zeros(rank, 4), Matrix.zeros(4, rank), scaling));
        }
        return new LoraAdapter("x", factors);
    }
}
