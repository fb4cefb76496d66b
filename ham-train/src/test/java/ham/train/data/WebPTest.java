package ham.train.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ham.common.Sha256;
import ham.runtime.image.ImageDecoder;
import ham.runtime.image.RgbImage;
import ham.testing.TestData;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;

class WebPTest {
    /** The pixels of libwebp, and so of Pillow; readers written in Java give others. */
    @Test
    void readsThePixelsOfLibwebp() {
        assumeTrue(
                ImageIO.getImageReadersByFormatName("webp").hasNext(),
                "no reader for WebP on the class path of this run");

        RgbImage image = ImageDecoder.decode(TestData.path("pillow/photo.webp"));

        assertThat(image.width() + "x" + image.height()).isEqualTo("90x60");
        assertThat(Sha256.of(image.rgb()))
                .isEqualTo("017de38c7f45e004ef120ad121dc35fbd8f953b8706333fcc95f399f6ded4dd5");
    }
}
