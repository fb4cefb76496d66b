package ham.train.head;

import static org.assertj.core.api.Assertions.assertThat;

import ham.merge.safetensors.SafetensorsFile;
import ham.merge.safetensors.SafetensorsWriter;
import ham.testing.TestData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HeadSettingsTest {
    /** Widths in which the tiny BERT is made larger. */
    private static final int TIMES = 6;

    @TempDir
    private Path folder;

    @Test
    void asManyRandomFeaturesAsSuitTheWidth() {
        assertThat(HeadSettings.usualProjection(192)).isEqualTo(2000);
        assertThat(HeadSettings.usualProjection(384)).isEqualTo(4000);
        assertThat(HeadSettings.usualProjection(768)).isEqualTo(8000);
        assertThat(HeadSettings.usualProjection(1280)).isEqualTo(10_000);
    }

    /** The width of any encoder counts, not that of a plain ViT alone. */
    @Test
    void anEncoderOfTextsHasThemByItsWidthToo() throws IOException {
        Path small = TestData.path("encoders/bert");
        assertThat(HeadSettings.usualProjection(small)).isEqualTo(2000);
        SafetensorsFile tensors = SafetensorsFile.open(small.resolve("model.safetensors"));
        SafetensorsWriter larger = new SafetensorsWriter();
        for (String name : tensors.names()) {
            List<Long> shape = tensors.info(name).shape().stream()
                    .map(size -> size == 64 || size == 128 ? TIMES * size : size)
                    .toList();
            int count = Math.toIntExact(shape.stream().reduce(1L, (a, b) -> a * b));
            larger.add(name, shape, new float[count]);
        }
        larger.write(folder.resolve("model.safetensors"));
        Files.writeString(
                folder.resolve("config.json"),
                Files.readString(small.resolve("config.json"))
                        .replaceAll("\"hidden_size\": *64", "\"hidden_size\": " + TIMES * 64)
                        .replaceAll("\"intermediate_size\": *128", "\"intermediate_size\": " + TIMES * 128));
        assertThat(HeadSettings.usualProjection(folder)).isEqualTo(4000);
    }
}
