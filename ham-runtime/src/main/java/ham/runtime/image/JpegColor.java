package ham.runtime.image;

import java.awt.image.Raster;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Colours of a JPEG file: what its three components mean, and the conversion of YCbCr to RGB.
 *
 * <p>The JDK's own conversion guesses by the sampling factors and applies embedded colour profiles; this one follows
 * libjpeg (and so Pillow): markers first, then the components' numbers. Arithmetic of libjpeg's {@code jdcolor.c},
 * 16-bit fixed point.
 */
final class JpegColor {
    private static final int START_OF_SCAN = 0xda;
    private static final int JFIF = 0xe0;
    private static final int ADOBE = 0xee;

    private static final int HALF = 1 << 15;
    private static final int RED = fixed(1.40200);
    private static final int GREEN_OF_RED = fixed(0.71414);
    private static final int GREEN_OF_BLUE = fixed(0.34414);
    private static final int BLUE = fixed(1.77200);

    private JpegColor() {}

    /** The image for the raw components that the decoder gave, one (grey) or three. */
    static RgbImage toRgb(byte[] file, Raster raster) {
        boolean ycc = raster.getNumBands() == 3 && isYcc(file);
        int width = raster.getWidth();
        byte[] rgb = new byte[Math.multiplyExact(3 * width, raster.getHeight())];
        int[] row = new int[raster.getNumBands() * width];
        int out = 0;
        for (int y = 0; y < raster.getHeight(); y++) {
            raster.getPixels(0, y, width, 1, row);
            for (int x = 0; x < width; x++) {
                if (ycc) {
                    putYcc(row[3 * x], row[3 * x + 1] - 128, row[3 * x + 2] - 128, rgb, out);
                } else {
                    int bands = raster.getNumBands();
                    rgb[out] = (byte) row[bands * x];
                    rgb[out + 1] = (byte) row[bands * x + (bands == 1 ? 0 : 1)];
                    rgb[out + 2] = (byte) row[bands * x + (bands == 1 ? 0 : 2)];
                }
                out += 3;
            }
        }
        return new RgbImage(width, raster.getHeight(), rgb);
    }

    private static void putYcc(int luma, int blueChroma, int redChroma, byte[] rgb, int out) {
        rgb[out] = clip(luma + ((RED * redChroma + HALF) >> 16));
        rgb[out + 1] = clip(luma + ((HALF - GREEN_OF_BLUE * blueChroma - GREEN_OF_RED * redChroma) >> 16));
        rgb[out + 2] = clip(luma + ((BLUE * blueChroma + HALF) >> 16));
    }

    private static int fixed(double factor) {
        return (int) (factor * 65536 + 0.5);
    }

    private static byte clip(int value) {
        return (byte) (value < 0 ? 0 : Math.min(value, 255));
    }

    /** Whether three components are YCbCr rather than RGB: JFIF says so, Adobe's marker says which, else their numbers. */
    private static boolean isYcc(byte[] file) {
        int adobeTransform = -1;
        boolean namedRgb = false;
        int at = 2;
        while (at + 4 <= file.length) {
            int marker = file[at + 1] & 0xff;
            if (marker == 0xff) {
                at++;
                continue;
            }
            if (marker == START_OF_SCAN) {
                break;
            }
            int body = at + 4;
            int next = at + 2 + 256 * Byte.toUnsignedInt(file[at + 2]) + Byte.toUnsignedInt(file[at + 3]);
            if (marker == JFIF && holds(file, body, "JFIF\0")) {
                return true;
            }
            if (marker == ADOBE && holds(file, body, "Adobe") && body + 12 <= file.length) {
                adobeTransform = file[body + 11];
            }
            if (isFrame(marker) && body + 15 <= file.length) {
                namedRgb = file[body + 6] == 'R' && file[body + 9] == 'G' && file[body + 12] == 'B';
            }
            at = next;
        }
        return adobeTransform < 0 ? !namedRgb : adobeTransform != 0;
    }

    private static boolean isFrame(int marker) {
        return marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc;
    }

    private static boolean holds(byte[] file, int at, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
        return at + bytes.length <= file.length && Arrays.equals(file, at, at + bytes.length, bytes, 0, bytes.length);
    }
}
