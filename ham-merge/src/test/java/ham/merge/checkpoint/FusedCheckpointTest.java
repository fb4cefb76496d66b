package ham.merge.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ham.merge.InputException;
import ham.merge.RawTensors;
import ham.merge.encoder.Place;
import ham.merge.folder.AdapterFolder;
import ham.testing.TestData;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** timm's checkpoint, whose query, key and value are rows of one tensor. */
class FusedCheckpointTest {
    private static final String LAYER = "vit.encoder.layer.2.attention.attention.";

    @TempDir
    private Path folder;

    private static Checkpoint timm() {
        return Checkpoint.open(TestData.path("timm-vit-tiny"));
    }

    @Test
    void partsAreRowsOfTheFusedTensor() {
        float[] qkv = timm().floats("blocks.2.attn.qkv.weight");
        float[] bias = timm().floats("blocks.2.attn.qkv.bias");
        int part = 0;
        for (String name : List.of("query", "key", "value")) {
            assertThat(timm().has(LAYER + name + ".weight")).isTrue();
            assertThat(timm().shape(LAYER + name + ".weight")).containsExactly(64L, 64L);
            assertThat(timm().shape(LAYER + name + ".bias")).containsExactly(64L);
            assertThat(timm().matrix(LAYER + name + ".weight").data())
                    .isEqualTo(Arrays.copyOfRange(qkv, part * 4096, (part + 1) * 4096));
            assertThat(timm().floats(LAYER + name + ".bias"))
                    .isEqualTo(Arrays.copyOfRange(bias, part * 64, (part + 1) * 64));
            part++;
        }
        assertThat(timm().matrix("blocks.2.attn.qkv.weight").rows()).isEqualTo(192);
        assertThat(timm().names().weight(2, Target.KEY)).isEqualTo(LAYER + "key.weight");
        assertThat(timm().names().weight(2, Target.FC1)).isEqualTo("blocks.2.mlp.fc1.weight");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
            vit.encoder.layer.2.attention.attention.query        | blocks.2.attn.qkv.weight rows 0..63
            encoder.layer.2.attention.attention.key.weight       | blocks.2.attn.qkv.weight rows 64..127
            vit.layers.2.attention.v_proj                        | blocks.2.attn.qkv.weight rows 128..191
            deit.encoder.layer.2.attention.attention.value.bias  | blocks.2.attn.qkv.bias rows 128..191
            blocks.2.attn.qkv                                    | blocks.2.attn.qkv.weight
            blocks.2.attn.qkv.bias                               | blocks.2.attn.qkv.bias
            vit.layers.2.attention.o_proj.weight                 | blocks.2.attn.proj.weight
            vit.encoder.layer.0.intermediate.dense.weight        | blocks.0.mlp.fc1.weight
            layers.0.mlp.fc2.bias                                | blocks.0.mlp.fc2.bias
            blocks.3.mlp.fc2                                     | blocks.3.mlp.fc2.weight
            head                                                 | head.weight
            blocks.4.attn.qkv                                    |
            vit.encoder.layer.4.attention.attention.query        |
            blocks.2.attn.                                       |
            classifier.weight                                    | head.weight
            vit.layernorm.bias                                   | norm.bias
            deit.encoder.layer.1.layernorm_before                | blocks.1.norm1.weight
            vit.layers.1.layernorm_after.bias                    | blocks.1.norm2.bias
            _orig_mod.module.blocks.1.norm2.bias                 | blocks.1.norm2.bias
            timm_model.patch_embed.proj                          | patch_embed.proj.weight
            vit.embeddings.patch_embeddings.projection.bias      | patch_embed.proj.bias
            vit.classifier.weight                                |
            decoder.layers.1.mlp.fc1                             |
            """)
    void namesOfEverySchemeHaveTheirPlace(String name, String place) {
        assertThat(timm().resolve(name).map(Place::toString).orElse(null)).isEqualTo(place);
    }

    @Test
    void timmNamesMeanTheLayersOfAHuggingFaceModelExceptTheFusedOnes() {
        Checkpoint vit = Checkpoint.open(TestData.path("hf-vit-tiny"));
        assertThat(vit.resolve("blocks.1.attn.proj").map(Place::name))
                .hasValue("vit.encoder.layer.1.attention.output.dense.weight");
        assertThat(vit.resolve("blocks.1.attn.qkv.weight")).isEmpty();
    }

    @Test
    void aFusedTensorIsComputedInParts() {
        Place whole = timm().resolve("blocks.1.attn.qkv").orElseThrow();
        Place key = timm().resolve("vit.layers.1.attention.k_proj").orElseThrow();
        assertThat(timm().computed(whole)).hasSize(3).contains(key);
        assertThat(timm().computed(key)).containsExactly(key);
        Place other = timm().resolve("blocks.1.mlp.fc1").orElseThrow();
        assertThat(timm().computed(other)).containsExactly(other);
        assertThat(whole.overlaps(key)).isTrue();
        assertThat(key.overlaps(whole)).isTrue();
        assertThat(key.overlaps(timm().resolve("vit.layers.1.attention.q_proj").orElseThrow()))
                .isFalse();
        assertThat(key.overlaps(timm().resolve("vit.layers.2.attention.k_proj").orElseThrow()))
                .isFalse();
    }

    /** Both spellings of PEFT's names become the part's one name. */
    @ParameterizedTest
    @ValueSource(strings = {"v4-names", "v5-names"})
    void adaptersOfHuggingFaceModelsFit(String scheme) {
        AdapterFolder adapter = AdapterFolder.read(TestData.path("peft-adapters/" + scheme + "/adapter0"));
        AdapterFolder placed = adapter.onto(timm(), timm().sha256());
        assertThat(placed.adapter().layers().keySet())
                .hasSize(8)
                .contains(LAYER + "query.weight", LAYER + "value.weight");
    }

    private Path changed(UnaryOperator<RawTensors> change) {
        TestData.copy("timm-vit-tiny", folder);
        Path weights = folder.resolve("model.safetensors");
        change.apply(RawTensors.read(weights)).write(weights);
        return folder;
    }

    @Test
    void aModelWithoutQkvBiasHasNone() {
        Path unbiased = changed(all -> {
            for (int block = 0; block < 4; block++) {
                all.remove("blocks." + block + ".attn.qkv.bias");
            }
            return all;
        });
        assertThatThrownBy(() -> Checkpoint.open(unbiased))
                .hasMessageContaining("expected a timm ViT with a tensor 'blocks.0.attn.qkv.bias' [192], found none");
        TestData.set(unbiased.resolve("config.json"), "qkv_bias", "false");
        Checkpoint checkpoint = Checkpoint.open(unbiased);
        assertThat(checkpoint.has(LAYER + "query.weight")).isTrue();
        assertThat(checkpoint.has(LAYER + "query.bias")).isFalse();
        assertThat(checkpoint.resolve(LAYER + "query.bias")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "reg_token",
                "blocks.0.ls1.gamma",
                "norm_pre.weight",
                "blocks.0.attn.q_norm.weight",
                "fc_norm.bias",
                "pre_logits.fc.weight",
                "attn_pool.latent",
                "patch_embed.norm.weight",
                "head_dist.weight",
                "blocks.4.norm1.bias"
            })
    void aTensorThatTheConfigurationDoesNotTellOfIsRefused(String tensor) {
        Path wrong = changed(all -> all.add(tensor, List.of(1L), 1));
        assertThatThrownBy(() -> Checkpoint.open(wrong))
                .isInstanceOf(InputException.class)
                .hasMessageEndingWith(
                        "expected a timm ViT, found the tensor '" + tensor + "' that such a model does not have");
    }

    @Test
    void aHeadOfAnotherSizeThanTheConfigurationTellsIsRefused() {
        Path wrong = changed(
                all -> all.add("head.weight", List.of(2L, 64L), new float[128]).add("head.bias", List.of(2L), 0, 0));
        assertThatThrownBy(() -> Checkpoint.open(wrong))
                .hasMessageEndingWith("expected a classifier of 10 classes, as config.json says, found 2");
    }

    @Test
    void aValueThatIsNotFiniteIsToldByItsIndexInTheTensor() {
        float[] bias = new float[192];
        bias[70] = Float.NaN;
        Checkpoint checkpoint = Checkpoint.open(changed(all -> all.add("blocks.2.attn.qkv.bias", List.of(192L), bias)));
        assertThat(checkpoint.floats(LAYER + "query.bias")).containsOnly(0);
        assertThatThrownBy(() -> checkpoint.floats(LAYER + "key.bias"))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("tensor 'blocks.2.attn.qkv.bias': expected finite values, found NaN at index 70");
    }
}
