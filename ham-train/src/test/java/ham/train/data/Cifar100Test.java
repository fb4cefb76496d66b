package ham.train.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ham.merge.InputException;
import ham.runtime.image.RgbImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class Cifar100Test {
    private static final int PLANE = 32 * 32;

    @TempDir
    Path folder;

    @BeforeEach
    void write() throws IOException {
        Files.writeString(folder.resolve("fine_label_names.txt"), "apple\nbear\ncloud\n");
        Files.write(folder.resolve("train.bin"), records(2, 0, 1));
        Files.write(folder.resolve("test.bin"), records(0, 1, 2));
    }

    /** Record i has red = i + x, green = y, blue = 200. */
    private static byte[] records(int... labels) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (int i = 0; i < labels.length; i++) {
            bytes.write(9);
            bytes.write(labels[i]);
            for (int pixel = 0; pixel < PLANE; pixel++) {
                bytes.write(i + pixel % 32);
            }
            for (int pixel = 0; pixel < PLANE; pixel++) {
                bytes.write(pixel / 32);
            }
            for (int pixel = 0; pixel < PLANE; pixel++) {
                bytes.write(200);
            }
        }
        return bytes.toByteArray();
    }

    @Test
    void readsFineLabelsAndPlanarPixels() {
        Dataset dataset = DataSpec.open(folder);
        assertThat(dataset.classNames()).containsExactly("apple", "bear", "cloud");
        assertThat(dataset.train().size()).isEqualTo(3);
        assertThat(dataset.train().label(0)).isEqualTo(2);
        assertThat(dataset.test().label(2)).isEqualTo(2);
        RgbImage image = dataset.trainImages().image(1);
        assertThat(image.width()).isEqualTo(32);
        assertThat(image.height()).isEqualTo(32);
        int at = 3 * (7 * 32 + 5);
        assertThat(image.rgb()).hasSize(3 * PLANE);
        assertThat(image.rgb()[at]).isEqualTo((byte) 6);
        assertThat(image.rgb()[at + 1]).isEqualTo((byte) 7);
        assertThat(image.rgb()[at + 2]).isEqualTo((byte) 200);
    }

    @Test
    void refusesTrailingBytes() throws IOException {
        byte[] truncated = Arrays.copyOf(records(0, 1, 2), 3 * 3074 - 10);
        Files.write(folder.resolve("test.bin"), truncated);
        refused("test.bin", "3074", "9212");
    }

    @Test
    void refusesAnEmptyFile() throws IOException {
        Files.write(folder.resolve("train.bin"), new byte[0]);
        refused("train.bin", "0 bytes");
    }

    @Test
    void refusesALabelWithoutName() throws IOException {
        Files.write(folder.resolve("train.bin"), records(0, 1, 2, 7));
        refused("train.bin", "found 7", "record 3");
    }

    @Test
    void refusesMissingFiles() throws IOException {
        Files.delete(folder.resolve("test.bin"));
        refused("test.bin");
        Files.write(folder.resolve("test.bin"), records(0, 1, 2));
        Files.delete(folder.resolve("fine_label_names.txt"));
        refused("fine_label_names.txt");
    }

    @Test
    void refusesAClassWithoutImages() throws IOException {
        Files.write(folder.resolve("train.bin"), records(0, 1, 1));
        refused("class 2 (cloud)", "training");
    }

    private void refused(String... parts) {
        assertThatThrownBy(() -> DataSpec.open(folder))
                .isInstanceOf(InputException.class)
                .hasMessageStartingWith(folder.toString())
                .hasMessageContainingAll(parts);
    }
}
