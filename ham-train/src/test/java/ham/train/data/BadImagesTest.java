package ham.train.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ham.merge.InputException;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BadImagesTest {
    @TempDir
    private Path temp;

    /** Two classes of three images in each part. */
    @BeforeEach
    void prepare() throws IOException {
        for (String folder : new String[] {"train/a", "train/b", "test/a", "test/b"}) {
            Files.createDirectories(temp.resolve(folder));
            for (int i = 0; i < 3; i++) {
                BufferedImage image = new BufferedImage(4, 4, BufferedImage.TYPE_INT_RGB);
                ImageIO.write(
                        image, "png", temp.resolve(folder + "/" + i + ".png").toFile());
            }
        }
    }

    private Dataset readable(BadImages rule, List<String> skipped) {
        return rule.readable(temp, DataSpec.open(temp), skipped::add);
    }

    private void damage(String... images) throws IOException {
        for (String image : images) {
            Files.writeString(temp.resolve(image), "no image");
        }
    }

    @Test
    void aWholeDataSetStaysAsItIs() {
        List<String> skipped = new ArrayList<>();
        assertThat(readable(BadImages.STOP, skipped).train().size()).isEqualTo(6);
        assertThat(readable(BadImages.SKIP, skipped).test().size()).isEqualTo(6);
        assertThat(skipped).isEmpty();
    }

    @Test
    void damagedImagesAreNamedBeforeAnythingIsDone() throws IOException {
        damage("train/a/1.png", "test/b/2.png");
        assertThatThrownBy(() -> readable(BadImages.STOP, new ArrayList<>()))
                .isInstanceOf(InputException.class)
                .hasMessageContainingAll("train/a/1.png", "test/b/2.png", "on-bad-image skip");
        damage("train/a/0.png", "train/a/2.png", "train/b/0.png", "train/b/1.png");
        assertThatThrownBy(() -> readable(BadImages.STOP, new ArrayList<>())).hasMessageContaining("and 1 more");
    }

    @Test
    void damagedImagesCanBeLeftOut() throws IOException {
        damage("train/a/1.png", "test/b/2.png");
        List<String> skipped = new ArrayList<>();
        Dataset data = readable(BadImages.SKIP, skipped);
        assertThat(skipped).hasSize(2);
        assertThat(skipped.get(0)).contains("1.png");
        assertThat(data.train().size()).isEqualTo(5);
        assertThat(data.train().label(1)).isZero();
        assertThat(data.train().label(2)).isEqualTo(1);
        assertThat(data.trainImages().image(4).width()).isEqualTo(4);
        assertThat(data.test().size()).isEqualTo(5);
    }

    @Test
    void aClassOfWhichNothingIsLeftIsRefused() throws IOException {
        damage("test/b/0.png", "test/b/1.png", "test/b/2.png");
        assertThatThrownBy(() -> readable(BadImages.SKIP, new ArrayList<>()))
                .isInstanceOf(InputException.class)
                .hasMessageContainingAll("test images", "class 1 (b)");
    }
}
