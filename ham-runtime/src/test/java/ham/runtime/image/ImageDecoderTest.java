package ham.runtime.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import ham.runtime.ModelException;
import ham.testing.TestData;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.MemoryCacheImageOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
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

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {"0000001c66747970617669660000 | AVIF", "0000001c667479706865696300 | HEIC", "ff0a00 | JPEG XL"})
    void namesTheFormatThatItDoesNotRead(String hex, String format) {
        assertThatThrownBy(() -> ImageDecoder.decode(HexFormat.of().parseHex(hex), "a.jpg"))
                .isInstanceOf(ModelException.class)
                .hasMessage("a.jpg: expected a PNG, JPEG, GIF, BMP, TIFF or PPM image, found " + format
                        + ", for which there is no reader here; convert it to PNG first.");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "P2\n# a comment\n2 2 4\n0 1\n2 4\n",
                "P3 2 2 255 0 0 0 64 64 64 128 128 128 255 255 255",
                "P5 2 2 255\n\0@\u0080\u00ff",
                "P6 2 2 255\n\0\0\0@@@\u0080\u0080\u0080\u00ff\u00ff\u00ff"
            })
    void readsThePixelsOfNetpbm(String file) {
        RgbImage image = ImageDecoder.decode(file.getBytes(StandardCharsets.ISO_8859_1), "a.ppm");

        assertThat(image.width() + "x" + image.height()).isEqualTo("2x2");
        assertThat(image.rgb()).containsExactly(0, 0, 0, 64, 64, 64, 128, 128, 128, 255, 255, 255);
    }

    @Test
    void readsTheBitsOfNetpbm() {
        byte[] white = {-1, -1, -1};
        byte[] black = {0, 0, 0};
        for (String file : List.of("P1 2 1 01", "P1\n2 1\n0 1\n", "P4 2 1\n@")) {
            byte[] rgb = ImageDecoder.decode(file.getBytes(StandardCharsets.ISO_8859_1), "a.pbm")
                    .rgb();
            assertThat(Arrays.copyOf(rgb, 3)).isEqualTo(white);
            assertThat(Arrays.copyOfRange(rgb, 3, 6)).isEqualTo(black);
        }
        assertThatThrownBy(() -> ImageDecoder.decode("P5 2 2 255\nabc".getBytes(StandardCharsets.ISO_8859_1), "a.pgm"))
                .isInstanceOf(ModelException.class)
                .hasMessage("a.pgm: expected a whole PPM image, found a damaged or truncated one (too few bytes).");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"P1 9999 9999 0", "P2 9999 9999 9 0", "P3 9999 9999 9 0", "P4 9999 9999 0", "P6 9999 9999 9 0"})
    void takesNoMemoryOnTheWordOfAHeader(String file) {
        byte[] bytes = file.getBytes(StandardCharsets.ISO_8859_1);
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long self = Thread.currentThread().getId();
        long before = threads.getThreadAllocatedBytes(self);

        assertThatThrownBy(() -> ImageDecoder.decode(bytes, "a.ppm")).hasMessageContaining("(too few bytes)");
        assertThat(threads.getThreadAllocatedBytes(self) - before).isLessThan(8_000_000);
        assertThat(ImageDecoder.pixels(bytes)).isEqualTo(9999L * 9999);
    }

    @ParameterizedTest
    @ValueSource(strings = {"LZW", "Deflate", "PackBits", ""})
    void readsTiff(String compression) throws IOException {
        RgbImage expected = ImageDecoder.decode(TestData.path("pillow/rgb.png"));
        BufferedImage image = new BufferedImage(expected.width(), expected.height(), BufferedImage.TYPE_3BYTE_BGR);
        for (int i = 0; i < expected.width() * expected.height(); i++) {
            int rgb = (expected.rgb()[3 * i] & 0xff) << 16
                    | (expected.rgb()[3 * i + 1] & 0xff) << 8
                    | (expected.rgb()[3 * i + 2] & 0xff);
            image.setRGB(i % expected.width(), i / expected.width(), rgb);
        }
        ImageWriter writer = ImageIO.getImageWritersByFormatName("tiff").next();
        ImageWriteParam settings = writer.getDefaultWriteParam();
        if (!compression.isEmpty()) {
            settings.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
            settings.setCompressionType(compression);
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (var out = new MemoryCacheImageOutputStream(bytes)) {
            writer.setOutput(out);
            writer.write(null, new IIOImage(image, null, null), settings);
        }

        assertThat(ImageDecoder.decode(bytes.toByteArray(), "a.tif").rgb()).isEqualTo(expected.rgb());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8})
    void tellsHowTheCameraWasHeld(int orientation) {
        byte[] tiff = HexFormat.of().parseHex("4d4d002a0000000800010112000300000001000" + orientation + "0000");
        byte[] jpeg = TestData.bytes("pillow/rgb_444.jpg");
        ByteArrayOutputStream held = new ByteArrayOutputStream();
        held.write(jpeg, 0, 2);
        held.writeBytes(new byte[] {-1, (byte) 0xe1, 0, (byte) (8 + tiff.length), 'E', 'x', 'i', 'f', 0, 0});
        held.writeBytes(tiff);
        held.write(jpeg, 2, jpeg.length - 2);

        RgbImage image = ImageDecoder.decode(held.toByteArray(), "a.jpg");

        assertThat(image.orientation()).isEqualTo(orientation);
        assertThat(image.rgb()).isEqualTo(ImageDecoder.decode(jpeg, "a.jpg").rgb());
        assertThat(ImageDecoder.decode(withChunk(TestData.bytes("pillow/rgb.png"), tiff), "a.png")
                        .orientation())
                .isEqualTo(orientation);
    }

    @ParameterizedTest
    @ValueSource(strings = {"<rdf tiff:Orientation=\"8\"/>", "<tiff:Orientation>8</tiff:Orientation>"})
    void readsXmpWhereThereIsNoExif(String xmp) {
        byte[] jpeg = TestData.bytes("pillow/rgb_444.jpg");
        byte[] block = ("http://ns.adobe.com/xap/1.0/\0" + xmp).getBytes(StandardCharsets.US_ASCII);
        ByteArrayOutputStream held = new ByteArrayOutputStream();
        held.write(jpeg, 0, 2);
        held.writeBytes(new byte[] {-1, (byte) 0xe1, 0, (byte) (2 + block.length)});
        held.writeBytes(block);
        held.write(jpeg, 2, jpeg.length - 2);

        assertThat(ImageDecoder.decode(held.toByteArray(), "a.jpg").orientation())
                .isEqualTo(8);
    }

    /** A PNG with an eXIf chunk behind its header. */
    private static byte[] withChunk(byte[] png, byte[] exif) {
        byte[] named = new byte[4 + exif.length];
        System.arraycopy("eXIf".getBytes(StandardCharsets.US_ASCII), 0, named, 0, 4);
        System.arraycopy(exif, 0, named, 4, exif.length);
        CRC32 crc = new CRC32();
        crc.update(named);
        ByteBuffer chunk = ByteBuffer.allocate(8 + named.length);
        chunk.putInt(exif.length).put(named).putInt((int) crc.getValue());
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(png, 0, 33);
        out.writeBytes(chunk.array());
        out.write(png, 33, png.length - 33);
        return out.toByteArray();
    }

    /** A frame of arithmetic coding; the samples behind it are not, which a decoder for it would not notice before it has read them. */
    @ParameterizedTest
    @ValueSource(ints = {0xc9, 0xca, 0xcb})
    void arithmeticCodingIsRefusedOnEveryJdk(int frame) throws IOException {
        byte[] file = TestData.bytes("pillow/rgb_420.jpg");
        for (int i = 0; i + 1 < file.length; i++) {
            if ((file[i] & 0xff) == 0xff && (file[i + 1] & 0xff) == 0xc0) {
                file[i + 1] = (byte) frame;
                break;
            }
        }
        assertThatThrownBy(() -> ImageDecoder.decode(file, "a.jpg"))
                .isInstanceOf(ModelException.class)
                .hasMessage(
                        "a.jpg: expected a JPEG in Huffman coding, found arithmetic coding, which not every Java reads;"
                                + " convert it first, for example with jpegtran.");
    }

    @Test
    void refusesAProgressiveImageWithoutItsLastScans() {
        byte[] whole = TestData.bytes("pillow/progressive.jpg");
        int last = whole.length - 2;
        while (!(whole[last] == -1 && whole[last + 1] == (byte) 0xda)) {
            last--;
        }
        byte[] part = Arrays.copyOf(whole, last + 2);
        part[last + 1] = (byte) 0xd9;

        assertThatThrownBy(() -> ImageDecoder.decode(part, "a.jpg"))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("a progressive one without its last scans");
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
                .hasMessage(
                        text
                                + ": expected a PNG, JPEG, GIF, BMP, TIFF or PPM image, found something else; convert it first.");
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
