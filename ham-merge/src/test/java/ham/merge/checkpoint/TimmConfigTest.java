package ham.merge.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ham.merge.InputException;
import ham.testing.TestData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TimmConfigTest {
    private static final String CFG =
            "\"pretrained_cfg\": {\"num_classes\": 1000, \"input_size\": [3, 224, 224], \"fixed_input_size\": true}";

    @TempDir
    private Path folder;

    private VitConfig read(String json) {
        try {
            return VitConfig.read(Files.writeString(folder.resolve("config.json"), json));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private VitConfig named(String architecture, String more) {
        return read("{\"architecture\": \"" + architecture + "\", \"num_classes\": 2, " + more + CFG + "}");
    }

    @Test
    void readsTheArgumentsOfTheConstructor() {
        VitConfig config = VitConfig.read(TestData.path("timm-vit-tiny/config.json"));
        assertThat(config.labels()).hasSize(10);
        assertThat(config.withLabels(List.of()))
                .isEqualTo(new VitConfig(64, 4, 4, 128, 32, 8, 3, 1e-6, true, VitForm.PLAIN, List.of()));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
            vit_tiny_patch16_224                         | 192  | 12 | 3  | 768  | 16 | true  |
            vit_base_patch32_384.augreg_in21k_ft_in1k    | 768  | 12 | 12 | 3072 | 32 | true  |
            vit_giant_patch14_224                        | 1408 | 40 | 16 | 6144 | 14 | true  |
            vit_gigantic_patch14_224                     | 1664 | 48 | 16 | 8192 | 14 | true  |
            vit_base_patch16_224_miil.in21k              | 768  | 12 | 12 | 3072 | 16 | false |
            deit_base_distilled_patch16_224.fb_in1k      | 768  | 12 | 12 | 3072 | 16 | true  | a distillation token
            deit3_huge_patch14_224.fb_in1k               | 1280 | 32 | 16 | 5120 | 14 | true  | positions on patches only, LayerScale
            vit_base_patch14_reg4_dinov2.lvd142m         | 768  | 12 | 12 | 3072 | 14 | true  | 4 register tokens, positions on patches only, LayerScale
            vit_medium_patch16_gap_256.sw_in12k_ft_in1k  | 512  | 12 | 8  | 2048 | 16 | false | no class token, LayerScale, mean pooling
            vit_little_patch16_reg4_gap_256.sbb_in1k     | 320  | 14 | 5  | 1792 | 16 | true  | no class token, 4 register tokens, positions on patches only, LayerScale, mean pooling, a norm after the pooling
            """)
    void architecturesStandForTheirArguments(
            String name, int width, int depth, int heads, int mlp, int patch, boolean bias, String extras) {
        VitConfig config = named(name, "");
        assertThat(List.of(config.hidden(), config.layers(), config.heads(), config.mlp(), config.patch()))
                .containsExactly(width, depth, heads, mlp, patch);
        assertThat(config.imageSize()).isEqualTo(224);
        assertThat(config.qkvBias()).isEqualTo(bias);
        assertThat(config.layerNormEps()).isEqualTo(1e-6);
        assertThat(config.form().extras()).isEqualTo(extras == null ? "" : extras);
        assertThat(config.labels()).containsExactly("LABEL_0", "LABEL_1");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
            vit_base_patch16_clip_224.openai            | 3072 | 1e-5 | a norm before the first block
            vit_base_patch32_clip_quickgelu_224.openai  | 3072 | 1e-5 | a norm before the first block, an MLP with quick_gelu
            vit_base_patch16_siglip_256.webli           | 3072 | 1e-6 | no class token, pooling by attention
            vit_large_patch16_siglip_512.v2_webli       | 4096 | 1e-6 | no class token, an MLP with gelu_tanh, pooling by attention
            vit_base_patch16_siglip_gap_224.webli       | 3072 | 1e-6 | no class token, mean pooling
            vit_giant_patch14_dinov2.lvd142m            | 8192 | 1e-6 | LayerScale, an MLP with silu gates
            """)
    void towersOfClipAndSiglipAreTold(String name, int mlp, double epsilon, String extras) {
        VitConfig config = named(name, "");
        assertThat(config.mlp()).isEqualTo(mlp);
        assertThat(config.layerNormEps()).isEqualTo(epsilon);
        assertThat(config.form().extras()).isEqualTo(extras);
    }

    @Test
    void modelArgumentsBeatTheArchitectureAndThePretrainedCfg() {
        VitConfig config = named(
                "vit_tiny_patch16_224",
                "\"label_names\": [\"cat\", \"dog\"], \"model_args\": {\"img_size\": [32, 32], \"patch_size\": 8, \"num_heads\": 4,"
                        + " \"drop_path_rate\": 0.1, \"norm_layer\": null, \"qk_norm\": false, \"act_layer\": \"gelu\"}, ");
        assertThat(config.imageSize()).isEqualTo(32);
        assertThat(config.patches()).isEqualTo(16);
        assertThat(config.tokens()).isEqualTo(17);
        assertThat(config.heads()).isEqualTo(4);
        assertThat(config.labels()).containsExactly("cat", "dog");
    }

    /** As timm wrote it before it had a pretrained_cfg. */
    @Test
    void readsTheOlderFlatLayout() {
        VitConfig config = read(
                "{\"architecture\": \"vit_base_patch16_384\", \"num_classes\": 3, \"global_pool\": \"token\","
                        + " \"input_size\": [3, 384, 384], \"fixed_input_size\": true, \"labels\": {\"0\": \"a\", \"1\": \"b\", \"2\": \"c\"}}");
        assertThat(config.imageSize()).isEqualTo(384);
        assertThat(config.labels()).containsExactly("a", "b", "c");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            textBlock =
                    """
            "qk_norm": true                 | expected qk_norm false (a plain ViT), found qk_norm true
            "act_layer": "mish"             | expected act_layer 'gelu', 'gelu_new', 'gelu_pytorch_tanh', 'quick_gelu', 'silu', 'relu' or 'tanh', found 'mish'
            "norm_layer": "rmsnorm"         | expected no argument norm_layer (a plain ViT), found norm_layer "rmsnorm"
            "mlp_layer": "swiglu"           | expected no argument mlp_layer (a plain ViT), found mlp_layer "swiglu"
            "attn_layer": "diff"            | expected no argument attn_layer (a plain ViT), found attn_layer "diff"
            "pos_embed": "none"             | expected pos_embed "learn" (a plain ViT), found pos_embed "none"
            "pool_include_prefix": true     | expected pool_include_prefix false (a plain ViT)
            "final_norm": false             | expected final_norm true (a plain ViT)
            "proj_bias": false              | expected proj_bias true (a plain ViT)
            "use_rope": true                | expected no argument use_rope (a plain ViT), found use_rope true
            "global_pool": "prr"            | expected global_pool 'token', 'avg' or 'map', found 'prr', which ham does not compute
            "class_token": false            | expected a class token for global_pool 'token', found class_token false
            "num_heads": 5                  | expected embed_dim to be a multiple of num_heads, found 192 and 5
            "img_size": 30                  | expected img_size to be a multiple of patch_size, found 30 and 16
            "img_size": [32, 16]            | expected img_size to be a positive whole number or two equal ones, found [32,16]
            "in_chans": 1                   | expected 3 input channels, found 1
            "reg_tokens": -1                | expected reg_tokens to be a whole number from 0 to 1000000, found -1
            "mlp_ratio": 0                  | expected mlp_ratio above 0, found 0
            "num_classes": 2000000000       | expected num_classes to be a whole number from 0 to 1000000
            "norm_eps": 2                   | expected layer_norm_eps between 0 and 1, found 2.0
            """)
    void whatIsNotComputedExactlyIsRefusedByName(String argument, String message) {
        assertThatThrownBy(() -> named("vit_tiny_patch16_224", "\"model_args\": {" + argument + "}, "))
                .isInstanceOf(InputException.class)
                .hasMessageStartingWith(folder.resolve("config.json") + ": ")
                .hasMessageContaining(message);
    }

    @ParameterizedTest
    @CsvSource({
        "vit_gigantic_patch14_clip_224", "vit_so400m_patch14_siglip_384", "vit_base_patch16_rpn_224",
                "eva02_base_patch14_224",
        "beit3_base_patch16_224", "resnet50", "vit_pwee_patch16_reg1_gap_256", "vit_tiny_patch0_224"
    })
    void otherArchitecturesAreRefused(String name) {
        assertThatThrownBy(() -> named(name, ""))
                .isInstanceOf(InputException.class)
                .hasMessageContainingAll("expected a timm architecture that ham computes exactly", "'" + name + "'");
    }

    /** The pooling of the saved model is told although timm does not read it back. */
    @Test
    void aPoolingThatTheArgumentsDoNotTellIsRefused() {
        assertThatThrownBy(() -> named("vit_tiny_patch16_224", "\"global_pool\": \"avg\", "))
                .hasMessageContaining("expected global_pool 'token' as architecture and model_args imply, found 'avg'");
        assertThat(named(
                                "vit_tiny_patch16_224",
                                "\"global_pool\": \"avg\", \"model_args\": {\"global_pool\": \"avg\"}, ")
                        .form()
                        .extras())
                .isEqualTo("mean pooling, a norm after the pooling");
    }

    @Test
    void aDistilledModelWithMoreIsRefused() {
        assertThatThrownBy(() -> named("deit_tiny_distilled_patch16_224", "\"model_args\": {\"reg_tokens\": 2}, "))
                .hasMessageContaining(
                        "expected a distilled model with class token, positions on all tokens and no registers");
        assertThatThrownBy(() -> read("{\"library\": \"timm\", \"class_\": \"Eva\"}"))
                .hasMessageContaining("expected class_ VisionTransformer or VisionTransformerDistilled, found 'Eva'");
    }
}
