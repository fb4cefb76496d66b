package ham.runtime.model;

import static org.assertj.core.api.Assertions.assertThat;

import ham.runtime.image.RgbImage;
import ham.runtime.preprocess.Preprocessing;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

class IntakeTest {
    @Test
    void aRunTakesFewerImagesTheLargerTheyAre() {
        Intake pixels = new Intake(Preprocessing.vitDefault(224), true, 0);

        assertThat(pixels.most(image(4000, 3000))).isEqualTo((128 << 20) / (3 * 4000 * 3000));
        assertThat(pixels.most(image(8000, 6000))).isEqualTo(1);
        assertThat(pixels.most(image(1, 1))).isGreaterThan(1000);

        List<RgbImage> many = Collections.nCopies(99, image(4000, 3000));
        int count = pixels.count(many, pixels.most(many.get(0)));
        assertThat(pixels.shape(count, many.get(0))).containsExactly(3, 3000, 4000, 3);
    }

    @Test
    void theSizeOfAnImageDoesNotMatterWhereItIsResizedBefore() {
        assertThat(new Intake(Preprocessing.vitDefault(224), false, 0).most(image(4000, 3000)))
                .isEqualTo((128 << 20) / (3 * 4 * 224 * 224));
        assertThat(new Intake(Preprocessing.vitDefault(4000), false, 0).most(image(1, 1)))
                .isEqualTo(1);
    }

    private static RgbImage image(int width, int height) {
        return new RgbImage(width, height, new byte[3 * width * height]);
    }
}
