package ham.train.input;

import static org.assertj.core.api.Assertions.assertThat;

import ham.runtime.image.RgbImage;
import ham.runtime.preprocess.Preprocessing;
import ham.train.data.ImageSet;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PreparedImagesTest {
    private static final Preprocessing STEPS = Preprocessing.vitDefault(8);
    private static final int BYTES = 3 * 8 * 8;

    @TempDir
    private Path folder;

    private final AtomicInteger decoded = new AtomicInteger();

    private final ImageSet set = new ImageSet() {
        @Override
        public int size() {
            return 5;
        }

        @Override
        public int label(int index) {
            return index % 2;
        }

        @Override
        public RgbImage image(int index) {
            decoded.incrementAndGet();
            byte[] rgb = new byte[3 * 10 * 12];
            new Random(index).nextBytes(rgb);
            return new RgbImage(10, 12, rgb);
        }
    };

    /** Images of which a task's source keeps all or none. */
    @Test
    void aTaskKeepsNoMoreThanThereIsRoomFor() {
        Preprocessing large = Preprocessing.vitDefault(1024);
        int fitting = (int) (PreparedImages.room() / (3 * 1024 * 1024));
        assertThat(decodedInTwoEpochs(large, fitting)).isEqualTo(1);
        assertThat(decodedInTwoEpochs(large, fitting + 1)).isEqualTo(2);
    }

    private int decodedInTwoEpochs(Preprocessing preprocessing, int images) {
        InputSource source = new ImageSource(set, set, new int[images], preprocessing, preprocessing);
        InputSource.Writer writer = source.newWriter(1);
        decoded.set(0);
        for (int epoch = 0; epoch < 2; epoch++) {
            writer.clear();
            writer.add(Augmentation.NONE, new Random(0), 0);
        }
        return decoded.get();
    }

    private void assertResized(PreparedImages images) {
        for (int i = 0; i < set.size(); i++) {
            assertThat(images.image(i).rgb())
                    .containsExactly(STEPS.resize(set.image(i)).rgb());
            assertThat(images.normalisation().apply(images.image(i))).containsExactly(STEPS.apply(set.image(i)));
            assertThat(images.label(i)).isEqualTo(i % 2);
        }
        decoded.set(0);
    }

    private int decodedBy(PreparedImages images) {
        decoded.set(0);
        for (int i = 0; i < set.size(); i++) {
            images.image(i);
        }
        return decoded.get();
    }

    @Test
    void keepsAsManyAsThereIsRoomFor() {
        PreparedImages images = PreparedImages.of(set, STEPS, 3 * BYTES);
        assertResized(images);
        assertThat(decodedBy(images)).isEqualTo(2);
        images.forget(0, 1, 2);
        assertThat(decodedBy(images)).isEqualTo(5);
        assertThat(decodedBy(images)).isEqualTo(2);
    }

    @Test
    void aFileServesLaterRuns() {
        assertResized(PreparedImages.of(set, STEPS, 0, folder, "these images"));
        PreparedImages later = PreparedImages.of(set, STEPS, 0, folder, "these images");
        assertThat(decodedBy(later)).isZero();
        assertResized(later);
        assertThat(decodedBy(PreparedImages.of(set, STEPS, 0, folder, "other images")))
                .isEqualTo(5);
        assertThat(decodedBy(PreparedImages.of(set, Preprocessing.vitDefault(9), 0, folder, "these images")))
                .isEqualTo(5);
    }

    @Test
    void whatIsDamagedIsDecodedAgain() throws IOException {
        assertResized(PreparedImages.of(set, STEPS, 0, folder, "these images"));
        Path file;
        try (Stream<Path> files = Files.list(folder)) {
            file = files.findFirst().orElseThrow();
        }
        byte[] bytes = Files.readAllBytes(file);
        bytes[8 + 5] ^= 1;
        Files.write(file, bytes, StandardOpenOption.TRUNCATE_EXISTING);
        PreparedImages images = PreparedImages.of(set, STEPS, 0, folder, "these images");
        assertThat(decodedBy(images)).isEqualTo(1);
        assertThat(decodedBy(images)).isZero();
        assertResized(images);
    }
}
