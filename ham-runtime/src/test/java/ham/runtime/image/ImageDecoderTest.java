package ham.runtime.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ham.runtime.ModelException;
import ham.runtime.TestData;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ImageDecoderTest {
    @TempDir
    private Path folder;

    static Stream<String> imagesThatPillowRead() {
        return TestData.json("pillow/images.json")
                .get("images")
                .propertyStream()
                .map(entry -> entry.getKey());
    }

    @ParameterizedTest
    @MethodSource("imagesThatPillowRead")
    void decodesToThePixelsThatPillowReads(String name) {
        var expected = TestData.json("pillow/images.json").get("images").get(name);

        RgbImage image = ImageDecoder.decode(TestData.path("pillow/" + name));

        assertThat(image.width()).isEqualTo(expected.get("width").intValue());
        assertThat(image.height()).isEqualTo(expected.get("height").intValue());
        assertThat(image.rgb())
                .isEqualTo(Base64.getDecoder().decode(expected.get("rgb").textValue()));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "rgb.png",
                "rgba.png",
                "gray16.png",
                "palette.png",
                "bilevel.png",
                "rgb_420.jpg",
                "progressive.jpg",
                "gray.jpg",
                "palette.gif",
                "rgb.gif",
                "rgb.bmp",
                "palette.bmp"
            })
    void refusesAnImageThatLostSomeOfItsPixels(String name) {
        byte[] whole = TestData.bytes("pillow/" + name);
        byte[] pixels = ImageDecoder.decode(whole, name).rgb();
        int refused = 0;
        for (int length = 0; length < whole.length; length++) {
            byte[] part = Arrays.copyOf(whole, length);
            try {
                assertThat(ImageDecoder.decode(part, "part").rgb())
                        .as("the first %d of %d bytes", length, whole.length)
                        .isEqualTo(pixels);
            } catch (ModelException e) {
                assertThat(e).hasMessageStartingWith("part: expected ");
                refused++;
            }
        }
        assertThat(refused).isGreaterThan(whole.length - 25);
    }

    @Test
    void refusesAnImageTooLargeByItsHeaderAlone() {
        assertThatThrownBy(() -> ImageDecoder.decode(TestData.path("pillow/rgb_huge_header.png")))
                .isInstanceOf(ModelException.class)
                .hasMessageEndingWith(
                        "rgb_huge_header.png: expected an image of at most 100 megapixels, found 20000x20000;"
                                + " make it smaller first.");
    }

    @Test
    void refusesOtherColours() {
        assertThatThrownBy(() -> ImageDecoder.decode(TestData.path("pillow/cmyk.jpg")))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("cmyk.jpg: expected a grey or RGB image, found a JPEG of 4 components");
    }

    @Test
    void refusesAFrameThatFillsOnlyAPartOfItsCanvas() {
        byte[] gif = TestData.bytes("pillow/palette.gif");
        gif[6]++;

        assertThatThrownBy(() -> ImageDecoder.decode(gif, "part.gif"))
                .isInstanceOf(ModelException.class)
                .hasMessage(
                        "part.gif: expected a GIF whose first frame fills its canvas of 24x17, found a frame of 23x17;"
                                + " convert it to PNG first.");
    }

    @Test
    void refusesWhatIsNoImage() throws IOException {
        Path text = Files.writeString(folder.resolve("a.png"), "not an image");
        Path empty = Files.createFile(folder.resolve("b.png"));

        assertThatThrownBy(() -> ImageDecoder.decode(text))
                .isInstanceOf(ModelException.class)
                .hasMessage(text + ": expected a PNG, JPEG, GIF or BMP image, found something else; convert it first.");
        assertThatThrownBy(() -> ImageDecoder.decode(empty))
                .isInstanceOf(ModelException.class)
                .hasMessage(empty + ": expected an image, found an empty file.");
        assertThatThrownBy(() -> ImageDecoder.decode(folder))
                .isInstanceOf(ModelException.class)
                .hasMessage(folder + ": expected an image, found a folder.");
        assertThatThrownBy(() -> ImageDecoder.decode(folder.resolve("none.png")))
                .isInstanceOf(ModelException.class)
                .hasMessage(folder.resolve("none.png") + ": expected an image, found no such file.");
    }

    @Test
    void neverFailsOtherwiseThanByRefusal() {
        for (String name : imagesThatPillowRead().toList()) {
            byte[] whole = TestData.bytes("pillow/" + name);
            for (int at = 0; at < whole.length; at += 3) {
                byte[] damaged = whole.clone();
                damaged[at] ^= (byte) 0x5a;
                try {
                    ImageDecoder.decode(damaged, name);
                } catch (ModelException e) {
                    assertThat(e).hasMessageStartingWith(name + ": expected ");
                    assertThat(e.getMessage().getBytes(StandardCharsets.UTF_8)).doesNotContain((byte) '\n');
                }
            }
        }
    }
}
