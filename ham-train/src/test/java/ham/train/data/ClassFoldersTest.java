package ham.train.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ham.merge.InputException;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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
        assertThat(dataset.train().image(1).rgb()).startsWith(0x10, 0x20, 0x30);
        assertThat(dataset.train().image(2).rgb()).startsWith(1, 2, 3);
        assertThat(dataset.test().image(1).rgb()).startsWith(0, 0, 0xFF);
    }

    @Test
    void takesValForTest() throws IOException {
        Files.move(folder.resolve("test"), folder.resolve("val"));
        assertThat(DataSpec.open(folder).test().size()).isEqualTo(2);
        Files.move(folder.resolve("val"), folder.resolve("other"));
        refused("test", "or val");
    }

    @Test
    void namesTheImageThatCannotBeDecoded() throws IOException {
        Files.writeString(folder.resolve("train/ant/1.png"), "no image");
        ImageSet train = DataSpec.open(folder).train();
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

    @Test
    void refusesOtherContents() throws IOException {
        Files.createDirectories(folder.resolve("train/ant/deeper"));
        refused("train/ant/deeper", "found a folder");
        Files.delete(folder.resolve("train/ant/deeper"));
        Files.writeString(folder.resolve("train/list.txt"), "");
        refused("train/list.txt", "found a file");
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
