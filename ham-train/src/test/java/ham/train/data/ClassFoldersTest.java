package ham.train.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ham.merge.InputException;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ClassFoldersTest {
    @TempDir
    Path folder;

    @BeforeEach
    void write() throws IOException {
        image("train/bird/2.png", 0x010203);
        image("train/bird/1.png", 0x102030);
        image("train/ant/1.png", 0xFF0000);
        image("test/ant/1.png", 0x00FF00);
        image("test/bird/1.png", 0x0000FF);
    }

    private void image(String name, int rgb) throws IOException {
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        BufferedImage image = new BufferedImage(2, 1, BufferedImage.TYPE_INT_RGB);
        image.setRGB(0, 0, rgb);
        ImageIO.write(image, "png", file.toFile());
    }

    @Test
    void sortsClassesAndFilesByName() throws IOException {
        Files.writeString(folder.resolve("train/.DS_Store"), "");
        Dataset dataset = DataSpec.open(folder);
        assertThat(dataset.classNames()).containsExactly("ant", "bird");
        assertThat(dataset.train().size()).isEqualTo(3);
        assertThat(dataset.train().label(0)).isZero();
        assertThat(dataset.train().label(2)).isEqualTo(1);
        assertThat(dataset.trainImages().image(1).rgb()).startsWith(0x10, 0x20, 0x30);
        assertThat(dataset.trainImages().image(2).rgb()).startsWith(1, 2, 3);
        assertThat(dataset.testImages().image(1).rgb()).startsWith(0, 0, 0xFF);
    }

    @ParameterizedTest
    @ValueSource(strings = {"val", "valid", "validation", "Test"})
    void takesOtherNamesForTest(String name) throws IOException {
        Files.move(folder.resolve("test"), folder.resolve(name));
        assertThat(DataSpec.open(folder).test().size()).isEqualTo(2);
        Files.move(folder.resolve(name), folder.resolve("other"));
        refused("test", "or val, valid, validation");
    }

    /** As archives unpack. */
    @Test
    void takesTheOneFolderOfAFolder(@TempDir Path outer) throws IOException {
        Files.createDirectories(outer.resolve("__MACOSX"));
        Files.move(folder, outer.resolve("data"));
        assertThat(DataSpec.open(outer).train().size()).isEqualTo(3);
        Files.createDirectories(folder);
        Files.createDirectories(outer.resolve("more/train/ant"));
        assertThatThrownBy(() -> DataSpec.open(outer))
                .hasMessageContainingAll("found several", "more", "give the folder");
    }

    @Test
    void testImagesAloneAreEnoughToMeasure() throws IOException {
        deleteTree(folder.resolve("train"));
        Dataset dataset = DataSpec.openTest(folder);
        assertThat(dataset.classNames()).containsExactly("ant", "bird");
        assertThat(dataset.test().size()).isEqualTo(2);
        assertThat(DataSpec.openTest(folder.resolve("test"))
                        .testImages()
                        .image(1)
                        .rgb())
                .startsWith(0, 0, 0xFF);
        assertThat(DataSpec.openAny(folder).any().size()).isEqualTo(2);
        refused("train", "training images");
        assertThatThrownBy(() -> DataSpec.open(folder.resolve("test")))
                .hasMessageContainingAll("one folder a class", "divide them");
    }

    /** To measure with, parts need not have the same classes. */
    @Test
    void aClassWithoutTestImagesIsNoFaultWhereItIsMeasured() throws IOException {
        image("train/cat/1.png", 0);
        assertThat(DataSpec.openTest(folder).classNames()).containsExactly("ant", "bird", "cat");
        refused("test/cat", "no such folder");
    }

    private static void deleteTree(Path tree) throws IOException {
        try (Stream<Path> paths = Files.walk(tree)) {
            for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }

    @Test
    void namesTheImageThatCannotBeDecoded() throws IOException {
        Files.writeString(folder.resolve("train/ant/1.png"), "no image");
        ImageSet train = DataSpec.open(folder).trainImages();
        assertThatThrownBy(() -> train.image(0))
                .isInstanceOf(InputException.class)
                .hasMessageContaining(folder.resolve("train/ant/1.png").toString());
    }

    @Test
    void refusesClassesThatDiffer() throws IOException {
        image("test/cat/1.png", 0);
        refused("test/cat", "found another");
        image("train/cat/1.png", 0);
        image("train/dog/1.png", 0);
        refused("test/dog", "no such folder");
    }

    @Test
    void refusesAnEmptyClass() throws IOException {
        Files.createDirectories(folder.resolve("train/cat"));
        Files.createDirectories(folder.resolve("test/cat"));
        refused("class 2 (cat)", "training images");
        image("train/cat/1.png", 0);
        refused("class 2 (cat)", "test images");
    }

    /** What file managers, sheets and unpackers leave there. */
    @Test
    void passesOverWhatIsNoImage() throws IOException {
        for (String stray : List.of(
                "train/ant/Thumbs.db",
                "train/ant/desktop.ini",
                "train/list.csv",
                "test/annotations.csv",
                "README.md")) {
            Files.writeString(folder.resolve(stray), "no image");
        }
        Files.createDirectories(folder.resolve("train/@eaDir/ant"));
        Files.createDirectories(folder.resolve("test/.ipynb_checkpoints"));
        assertThat(DataSpec.open(folder).classNames()).containsExactly("ant", "bird");
        assertThat(DataSpec.open(folder).train().size()).isEqualTo(3);
    }

    @Test
    void walksFoldersWithinAClassAndTakesImagesByContent() throws IOException {
        image("train/ant/more/deeper/9.PNG", 0x0A0B0C);
        Files.copy(folder.resolve("train/bird/1.png"), folder.resolve("train/bird/without-extension"));
        Files.writeString(folder.resolve("train/bird/4.ppm"), "P3 1 1 255 7 8 9\n");
        ImageSet train = DataSpec.open(folder).trainImages();
        assertThat(train.size()).isEqualTo(6);
        assertThat(train.label(1)).isZero();
        assertThat(train.image(1).rgb()).startsWith(0x0A, 0x0B, 0x0C);
        assertThat(train.image(4).rgb()).containsExactly(7, 8, 9);
        assertThat(train.image(5).rgb()).startsWith(0x10, 0x20, 0x30);
    }

    /** Not passed over: the user meant them. */
    @Test
    void refusesFormatsThatAreNotReadByName() throws IOException {
        Files.write(folder.resolve("train/ant/2.heic"), "    ftypheic    ".getBytes(StandardCharsets.US_ASCII));
        ImageSet train = DataSpec.open(folder).trainImages();
        assertThatThrownBy(() -> train.image(1)).hasMessageContainingAll("2.heic", "HEIC");
        Files.createDirectories(folder.resolve("train/cat"));
        Files.createDirectories(folder.resolve("test/cat"));
        Files.writeString(folder.resolve("train/cat/movie.mp4"), "");
        refused("train/cat", "found none among its files, as movie.mp4");
    }

    @Test
    void refusesUnknownFolders(@TempDir Path empty) {
        assertThatThrownBy(() -> DataSpec.open(empty))
                .isInstanceOf(InputException.class)
                .hasMessageContainingAll(empty.toString(), "train.bin", "idx3", "train/CLASS");
        assertThatThrownBy(() -> DataSpec.open(empty.resolve("none")))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("found nothing");
    }

    private void refused(String... parts) {
        assertThatThrownBy(() -> DataSpec.open(folder))
                .isInstanceOf(InputException.class)
                .hasMessageStartingWith(folder.toString())
                .hasMessageContainingAll(parts);
    }
}
