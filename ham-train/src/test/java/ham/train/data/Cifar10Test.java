package ham.train.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ham.merge.InputException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class Cifar10Test {
    private static final int PLANE = 32 * 32;

    @TempDir
    private Path folder;

    private Path data;

    /** In the folder that the archive makes. */
    @BeforeEach
    void write() throws IOException {
        data = Files.createDirectory(folder.resolve("cifar-10-batches-bin"));
        Files.writeString(data.resolve("batches.meta.txt"), "airplane\nautomobile\nbird\n\n");
        Files.writeString(data.resolve("readme.html"), "<html>");
        Files.write(data.resolve("data_batch_1.bin"), records(2, 0));
        Files.write(data.resolve("data_batch_2.bin"), records(1));
        Files.write(data.resolve("test_batch.bin"), records(1, 2, 0));
    }

    /** Red is the label, green the row, blue the column. */
    private static byte[] records(int... labels) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (int label : labels) {
            bytes.write(label);
            for (int channel = 0; channel < 3; channel++) {
                for (int pixel = 0; pixel < PLANE; pixel++) {
                    bytes.write(channel == 0 ? label : channel == 1 ? pixel / 32 : pixel % 32);
                }
            }
        }
        return bytes.toByteArray();
    }

    @Test
    void readsItsBatchesOneAfterTheOther() {
        Dataset dataset = DataSpec.open(folder);
        assertThat(dataset.classNames()).containsExactly("airplane", "automobile", "bird");
        assertThat(dataset.train().size()).isEqualTo(3);
        assertThat(dataset.train().label(1)).isZero();
        assertThat(dataset.train().label(2)).isEqualTo(1);
        byte[] rgb = dataset.trainImages().image(2).rgb();
        int at = 3 * (7 * 32 + 5);
        assertThat(Arrays.copyOfRange(rgb, at, at + 3)).containsExactly(1, 7, 5);
        assertThat(dataset.test().size()).isEqualTo(3);
        assertThat(dataset.testImages().image(1).rgb()[0]).isEqualTo((byte) 2);
        assertThat(DataSpec.openTest(data).train().size()).isZero();
    }

    @Test
    void saysWhatIsWrong() throws IOException {
        Files.write(data.resolve("data_batch_2.bin"), Arrays.copyOf(records(1), 3000));
        refused("data_batch_2.bin: expected records of 3073 bytes (label, 3 x 32 x 32 pixels), found 3000 bytes");
        Files.write(data.resolve("data_batch_2.bin"), records(3));
        refused("expected labels below 3 (the names in batches.meta.txt), found 3 in record 0");
        Files.delete(data.resolve("data_batch_1.bin"));
        Files.delete(data.resolve("data_batch_2.bin"));
        refused("data_batch_1.bin: expected CIFAR records, found no file that can be read");
        Files.delete(data.resolve("batches.meta.txt"));
        refused("batches.meta.txt: expected class names, one a line, found no such file");
    }

    private void refused(String problem) {
        assertThatThrownBy(() -> DataSpec.open(folder))
                .isInstanceOf(InputException.class)
                .hasMessageContaining(problem);
    }
}
