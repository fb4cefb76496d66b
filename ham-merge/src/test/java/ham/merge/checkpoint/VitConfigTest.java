package ham.merge.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ham.merge.InputException;
import ham.testing.TestData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class VitConfigTest {
    @TempDir
    private Path folder;

    @Test
    void readsTheTinyModel() {
        VitConfig config = VitConfig.read(TestData.path("hf-vit-tiny/config.json"));
        assertThat(config)
                .isEqualTo(new VitConfig(
                        64,
                        4,
                        4,
                        128,
                        32,
                        8,
                        3,
                        1e-12,
                        true,
                        VitForm.PLAIN,
                        IntStream.range(0, 10).mapToObj(i -> "LABEL_" + i).toList()));
        assertThat(config.tokens()).isEqualTo(17);
        assertThat(config.headSize()).isEqualTo(16);
    }

    @Test
    void whatIsLeftOutHasTheDefaultsOfTransformers() throws IOException {
        Path file = Files.writeString(folder.resolve("config.json"), "{\"model_type\": \"vit\"}");
        VitConfig config = VitConfig.read(file);
        assertThat(config)
                .isEqualTo(new VitConfig(768, 12, 12, 3072, 224, 16, 3, 1e-12, true, VitForm.PLAIN, List.of()));
        assertThat(config.tokens()).isEqualTo(197);
    }

    @Test
    void labelsAreInNumericOrder() {
        TestData.copy("hf-vit-tiny", folder);
        Path file = folder.resolve("config.json");
        TestData.edit(file, json -> {
            var labels = json.putObject("id2label");
            for (int i = 11; i >= 0; i--) {
                labels.put(String.valueOf(i), "class " + i);
            }
        });
        assertThat(VitConfig.read(file).labels())
                .containsExactlyElementsOf(
                        IntStream.range(0, 12).mapToObj(i -> "class " + i).toList());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            textBlock =
                    """
            model_type          | "swin"           | , found 'swin'
            model_type          | ``               | , found no model_type
            hidden_act          | "gelu_new"       | expected hidden_act 'gelu' (a plain ViT), found 'gelu_new'
            hidden_size         | 0                | expected hidden_size to be a positive whole number, found 0
            hidden_size         | 62               | expected hidden_size to be a multiple of num_attention_heads, found 62 and 4
            num_hidden_layers   | -4               | expected num_hidden_layers to be a positive whole number, found -4
            num_hidden_layers   | 4.5              | expected num_hidden_layers to be a positive whole number, found 4.5
            intermediate_size   | "128"            | expected intermediate_size to be a positive whole number, found "128"
            intermediate_size   | 99999999999      | expected intermediate_size to be a positive whole number, found 99999999999
            image_size          | [32, 24]         | expected image_size to be a positive whole number or two equal ones, found [32,24]
            id2label            | "a"              | expected id2label to map class numbers to names, found "a"
            patch_size          | 7                | expected image_size to be a multiple of patch_size, found 32 and 7
            num_channels        | 1                | expected num_channels 3, found num_channels 1
            layer_norm_eps      | 0                | expected layer_norm_eps between 0 and 1, found 0.0
            layer_norm_eps      | "tiny"           | expected layer_norm_eps to be a number, found "tiny"
            qkv_bias            | "no"             | expected qkv_bias to be true or false, found "no"
            id2label            | {"a":"a"}        | expected class numbers as the keys of id2label, found 'a'
            """)
    void whatIsNoPlainVitIsRefused(String key, String value, String message) {
        TestData.copy("hf-vit-tiny", folder);
        Path file = folder.resolve("config.json");
        TestData.set(file, key, value);
        assertThatThrownBy(() -> VitConfig.read(file))
                .isInstanceOf(InputException.class)
                .hasMessageStartingWith(file + ": ")
                .hasMessageEndingWith(message);
    }
}
