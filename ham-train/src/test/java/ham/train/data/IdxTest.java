package ham.train.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ham.merge.InputException;
import ham.testing.TestData;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class IdxTest {
    private static final String TRAIN_IMAGES = "train-images-idx3-ubyte";
    private static final String TRAIN_LABELS = "train-labels-idx1-ubyte";
    private static final String TEST_IMAGES = "t10k-images-idx3-ubyte";
    private static final String TEST_LABELS = "t10k-labels-idx1-ubyte";

    @TempDir
    Path folder;

    @BeforeEach
    void write() throws IOException {
        Files.write(folder.resolve(TRAIN_IMAGES), images(3));
        Files.write(folder.resolve(TRAIN_LABELS), labels(1, 0, 1));
        Files.write(folder.resolve(TEST_IMAGES + ".gz"), gzip(images(2)));
        Files.write(folder.resolve(TEST_LABELS + ".gz"), gzip(labels(0, 1)));
    }

    /** Images of 2 rows and 3 columns that count on. */
    private static byte[] images(int count) {
        ByteBuffer bytes = ByteBuffer.allocate(16 + 6 * count)
                .putInt(0x803)
                .putInt(count)
                .putInt(2)
                .putInt(3);
        for (int i = 0; i < 6 * count; i++) {
            bytes.put((byte) i);
        }
        return bytes.array();
    }

    private static byte[] labels(int... labels) {
        ByteBuffer bytes = ByteBuffer.allocate(8 + labels.length).putInt(0x801).putInt(labels.length);
        for (int label : labels) {
            bytes.put((byte) label);
        }
        return bytes.array();
    }

    private static byte[] gzip(byte[] content) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (OutputStream gzip = new GZIPOutputStream(bytes)) {
            gzip.write(content);
        }
        return bytes.toByteArray();
    }

    @Test
    void readsPlainAndGzippedFiles() {
        Dataset dataset = DataSpec.open(folder);
        assertThat(dataset.classNames()).containsExactly("0", "1");
        assertThat(dataset.train().size()).isEqualTo(3);
        assertThat(dataset.test().label(1)).isEqualTo(1);
        assertThat(dataset.testImages().image(1).width()).isEqualTo(3);
        assertThat(dataset.testImages().image(1).height()).isEqualTo(2);
        assertThat(dataset.testImages().image(1).rgb())
                .containsExactly(6, 6, 6, 7, 7, 7, 8, 8, 8, 9, 9, 9, 10, 10, 10, 11, 11, 11);
    }

    /** As 7-Zip, browsers, Kaggle and EMNIST name them. */
    @ParameterizedTest
    @CsvSource({
        "train-images.idx3-ubyte, train-labels.idx1-ubyte",
        "train_images_idx3_ubyte, train_labels_idx1_ubyte",
        "train-images-idx3-ubyte (1), train-labels-idx1-ubyte (1)",
        "emnist-letters-train-images-idx3-ubyte, emnist-letters-train-labels-idx1-ubyte",
        "train-images-idx3-ubyte/train-images-idx3-ubyte, train-labels-idx1-ubyte/train-labels-idx1-ubyte",
    })
    void readsFilesUnderOtherNames(String images, String labels) throws IOException {
        move(TRAIN_IMAGES, images);
        move(TRAIN_LABELS, labels);
        assertThat(DataSpec.open(folder).train().size()).isEqualTo(3);
    }

    private void move(String from, String to) throws IOException {
        Path moved = Files.move(folder.resolve(from), folder.resolve("moved"));
        Files.createDirectories(folder.resolve(to).getParent());
        Files.move(moved, folder.resolve(to));
    }

    @Test
    void refusesSeveralDataSetsInAFolder() throws IOException {
        Files.copy(folder.resolve(TRAIN_IMAGES), folder.resolve("emnist-" + TRAIN_IMAGES));
        refused("several", "emnist-", "folder of its own");
    }

    @Test
    void testImagesAloneAreEnoughToMeasure() throws IOException {
        Files.delete(folder.resolve(TRAIN_IMAGES));
        Files.delete(folder.resolve(TRAIN_LABELS));
        assertThat(DataSpec.openTest(folder).test().size()).isEqualTo(2);
        assertThat(DataSpec.openTest(folder).classNames()).containsExactly("0", "1");
        refused(TRAIN_IMAGES);
    }

    @Test
    void readsTheRealThing() {
        Dataset dataset = DataSpec.open(TestData.path("fashion-mnist"));
        assertThat(dataset.train().size()).isEqualTo(3000);
        assertThat(dataset.test().size()).isEqualTo(1000);
        assertThat(dataset.classNames()).hasSize(10);
        assertThat(dataset.trainImages().image(0).width()).isEqualTo(28);
    }

    @Test
    void takesNamesFromLabelsTxt() throws IOException {
        Files.writeString(folder.resolve("labels.txt"), "coat\nbag\n");
        assertThat(DataSpec.open(folder).classNames()).containsExactly("coat", "bag");
        Files.writeString(folder.resolve("labels.txt"), "coat\n");
        refused(TRAIN_LABELS, "below 1", "found 1");
        Files.writeString(folder.resolve("labels.txt"), "coat\ncoat\n");
        refused("labels.txt", "twice");
    }

    @Test
    void refusesOtherCountsOfImagesAndLabels() throws IOException {
        Files.write(folder.resolve(TRAIN_LABELS), labels(1, 0, 1, 0));
        refused(TRAIN_IMAGES, TRAIN_LABELS, "(4)", "found 3");
    }

    @Test
    void refusesTruncatedAndTrailingData() throws IOException {
        Files.write(folder.resolve(TRAIN_IMAGES), Arrays.copyOf(images(3), 30));
        refused(TRAIN_IMAGES, "less");
        Files.write(folder.resolve(TRAIN_IMAGES), Arrays.copyOf(images(3), 35));
        refused(TRAIN_IMAGES, "more");
        Files.write(folder.resolve(TRAIN_IMAGES), new byte[0]);
        refused(TRAIN_IMAGES, "less");
    }

    @Test
    void refusesBrokenGzip() throws IOException {
        byte[] whole = gzip(images(2));
        Files.write(folder.resolve(TEST_IMAGES + ".gz"), Arrays.copyOf(whole, whole.length - 12));
        refused(TEST_IMAGES + ".gz", "less");
        Files.write(folder.resolve(TEST_IMAGES + ".gz"), images(2));
        refused(TEST_IMAGES + ".gz", "gzip");
    }

    @Test
    void refusesAForeignHeader() throws IOException {
        Files.write(folder.resolve(TRAIN_IMAGES), labels(1, 0, 1));
        refused(TRAIN_IMAGES, "0x00000803", "0x00000801");
        Files.write(
                folder.resolve(TRAIN_IMAGES),
                ByteBuffer.allocate(16)
                        .putInt(0x803)
                        .putInt(3)
                        .putInt(70000)
                        .putInt(70000)
                        .array());
        refused(TRAIN_IMAGES, "70000");
    }

    @Test
    void refusesAMissingTestSet() throws IOException {
        Files.delete(folder.resolve(TEST_IMAGES + ".gz"));
        refused(TEST_IMAGES);
    }

    @Test
    void refusesOneClass() throws IOException {
        Files.write(folder.resolve(TRAIN_LABELS), labels(0, 0, 0));
        Files.write(folder.resolve(TEST_LABELS + ".gz"), gzip(labels(0, 0)));
        refused("two classes", "[0]");
    }

    private void refused(String... parts) {
        assertThatThrownBy(() -> DataSpec.open(folder))
                .isInstanceOf(InputException.class)
                .hasMessageStartingWith(folder.toString())
                .hasMessageContainingAll(parts);
    }
}
