package ham.export.parity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ham.export.SampleModel;
import ham.merge.InputException;
import ham.merge.checkpoint.VitConfig;
import ham.merge.safetensors.SafetensorsWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ParityInputsTest {

    private final VitConfig config = SampleModel.tiny().config();

    @TempDir
    private Path folder;

    @Test
    void seededImagesDependOnTheSeedAlone() {
        ParityInputs first = ParityInputs.seeded(config, 3, 1);
        assertThat(first.pixelValues())
                .isEqualTo(ParityInputs.seeded(config, 3, 1).pixelValues());
        assertThat(first.pixelValues())
                .isNotEqualTo(ParityInputs.seeded(config, 3, 2).pixelValues());
        assertThat(first.pixelValues()).hasSize(3 * 3 * 32 * 32);
        assertThat(first.pixelValues()[0]).as("the generator never changes").isEqualTo(1.5141721f);
        assertThat(first.description()).isEqualTo("3 seeded images (seed 1)");
        ParityInputs more = ParityInputs.seeded(config, 5, 1);
        assertThat(Arrays.copyOf(more.pixelValues(), 3 * 3 * 32 * 32)).isEqualTo(first.pixelValues());
    }

    @Test
    void seededImagesDifferFromEachOther() {
        ParityInputs inputs = ParityInputs.seeded(config, 2, 1);
        float[] first = inputs.range(0, 1);
        float[] second = inputs.range(1, 2);
        double difference = 0;
        for (int i = 0; i < first.length; i++) {
            difference += Math.abs(first[i] - second[i]);
        }
        assertThat(difference / first.length).isGreaterThan(0.5);
    }

    @Test
    void readsImagesOfAFile() {
        ParityInputs inputs = SampleModel.tinyInputs();
        assertThat(inputs.samples()).isEqualTo(8);
        assertThat(inputs.description()).isEqualTo("8 images of inputs.safetensors");
    }

    @Test
    void refusesOtherShapes() {
        Path file = folder.resolve("in.safetensors");
        new SafetensorsWriter()
                .add("pixel_values", List.of(1L, 3L, 16L, 32L), new float[3 * 16 * 32])
                .write(file);
        assertThatThrownBy(() -> ParityInputs.read(file, config))
                .isInstanceOf(InputException.class)
                .hasMessageContainingAll("in.safetensors", "[images, 3, 32, 32]", "[1, 3, 16, 32]");
        Path empty = folder.resolve("empty.safetensors");
        new SafetensorsWriter().add("images", List.of(1L), new float[1]).write(empty);
        assertThatThrownBy(() -> ParityInputs.read(empty, config))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("pixel_values");
    }

    @Test
    void imagesAreRunInSmallBatches() {
        ParityInputs inputs = new ParityInputs("19 numbers", 19, numbers(19));
        List<Integer> batches = new ArrayList<>();
        LogitsSource doubled = (pixels, images) -> {
            batches.add(images);
            float[] logits = new float[2 * images];
            for (int i = 0; i < images; i++) {
                logits[2 * i] = pixels[i];
                logits[2 * i + 1] = -pixels[i];
            }
            return logits;
        };
        float[] logits = doubled.all(inputs);
        assertThat(batches).containsExactly(8, 8, 3);
        for (int i = 0; i < 19; i++) {
            assertThat(logits[2 * i]).isEqualTo(i);
            assertThat(logits[2 * i + 1]).isEqualTo(-i);
        }
    }

    private static float[] numbers(int count) {
        float[] numbers = new float[count];
        for (int i = 0; i < count; i++) {
            numbers[i] = i;
        }
        return numbers;
    }
}
