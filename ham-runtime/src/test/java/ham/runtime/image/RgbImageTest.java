package ham.runtime.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ham.runtime.ModelException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RgbImageTest {
    private final RgbImage image = RgbImage.ofGray(3, 2, new byte[] {1, 2, 3, 4, 5, -6});

    @Test
    void givesGreyValuesToAllChannels() {
        assertThat(image.rgb()).containsExactly(1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4, 5, 5, 5, -6, -6, -6);
    }

    @Test
    void cropsWithinItsBounds() {
        RgbImage part = image.crop(1, 0, 2, 2);

        assertThat(part.width()).isEqualTo(2);
        assertThat(part.rgb()).containsExactly(2, 2, 2, 3, 3, 3, 5, 5, 5, -6, -6, -6);
        assertThat(image.crop(0, 0, 3, 2).rgb()).isEqualTo(image.rgb());
    }

    @Test
    void refusesToCropBeyondItsBounds() {
        assertThatThrownBy(() -> image.crop(2, 0, 2, 1))
                .isInstanceOf(ModelException.class)
                .hasMessage("A crop of 2x1 pixels at column 2, row 0 does not lie within an image of 3x2.");
        assertThatThrownBy(() -> image.crop(-1, 0, 1, 1)).isInstanceOf(ModelException.class);
        assertThatThrownBy(() -> image.crop(0, 0, 0, 1)).isInstanceOf(ModelException.class);
        assertThatThrownBy(() -> image.crop(0, 1, 1, Integer.MAX_VALUE)).isInstanceOf(ModelException.class);
    }

    @Test
    void refusesDataOfAnotherSize() {
        assertThatThrownBy(() -> new RgbImage(3, 2, new byte[17]))
                .isInstanceOf(ModelException.class)
                .hasMessage("An RGB image of 3x2 pixels needs 18 bytes, found 17.");
        assertThatThrownBy(() -> new RgbImage(0, 2, new byte[0])).isInstanceOf(ModelException.class);
        assertThatThrownBy(() -> RgbImage.ofGray(3, 2, new byte[5]))
                .isInstanceOf(ModelException.class)
                .hasMessage("A grey image of 3x2 pixels needs 6 bytes, found 5.");
    }

    /** The eight ways to hold {@code a b / c d / e f}, as Pillow's {@code exif_transpose} turns them. */
    @ParameterizedTest
    @CsvSource({
        "1, 'ab cd ef'", "2, 'ba dc fe'", "3, 'fe dc ba'", "4, 'ef cd ab'",
        "5, 'ace bdf'", "6, 'eca fdb'", "7, 'fdb eca'", "8, 'bdf ace'"
    })
    void turnsAPictureUpright(int orientation, String rows) {
        byte[] gray = "abcdef".getBytes(StandardCharsets.US_ASCII);
        RgbImage upright = new RgbImage(2, 3, RgbImage.ofGray(2, 3, gray).rgb(), orientation).upright();

        StringBuilder found = new StringBuilder();
        for (int i = 0; i < 6; i++) {
            found.append(i > 0 && i % upright.width() == 0 ? " " : "").append((char) upright.rgb()[3 * i + 1]);
        }
        assertThat(found).hasToString(rows);
        assertThat(upright.orientation()).isEqualTo(1);
    }
}
