package ham.train.data;

import static org.assertj.core.api.Assertions.assertThat;

import ham.runtime.image.RgbImage;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class MosaicsTest {
    private static final int[] SAMPLES = {3, 5, 7, 11, 13};

    /** Image i is i everywhere, and as wide as its index is odd or even. */
    private static final ImageSet IMAGES = new ImageSet() {
        @Override
        public int size() {
            return 20;
        }

        @Override
        public int label(int index) {
            return 100 + index;
        }

        @Override
        public RgbImage image(int index) {
            int width = index == 3 ? 6 : 4;
            byte[] rgb = new byte[3 * width * 4];
            Arrays.fill(rgb, (byte) index);
            return new RgbImage(width, 4, rgb);
        }
    };

    @Test
    void putsQuartersOfTheTasksImagesTogether() {
        Mosaics mosaics = new Mosaics(IMAGES, SAMPLES, 1, 2);
        Set<Integer> seen = new HashSet<>();
        assertThat(mosaics.size()).isEqualTo(SAMPLES.length);
        for (int i = 0; i < mosaics.size(); i++) {
            RgbImage image = mosaics.image(i);
            int width = image.width();
            assertThat(mosaics.label(i)).isEqualTo(100 + image.rgb()[0]);
            assertThat(width).isEqualTo(image.rgb()[0] == 3 ? 6 : 4);
            for (int y = 0; y < 4; y++) {
                for (int x = 0; x < width; x++) {
                    byte corner = image.rgb()[3 * ((y < 2 ? 0 : 3) * width + (x < width / 2 ? 0 : width - 1))];
                    assertThat(image.rgb()[3 * (y * width + x)]).isEqualTo(corner);
                    seen.add((int) corner);
                }
            }
        }
        assertThat(seen).hasSizeGreaterThan(3).allMatch(index -> Arrays.binarySearch(SAMPLES, index) >= 0);
    }

    @Test
    void followFromSeedTaskAndIndex() {
        byte[] first = new Mosaics(IMAGES, SAMPLES, 1, 2).image(4).rgb();
        assertThat(new Mosaics(IMAGES, SAMPLES, 1, 2).image(4).rgb()).isEqualTo(first);
        assertThat(new Mosaics(IMAGES, SAMPLES, 1, 3).image(4).rgb()).isNotEqualTo(first);
        assertThat(new Mosaics(IMAGES, SAMPLES, 2, 2).image(4).rgb()).isNotEqualTo(first);
    }
}
