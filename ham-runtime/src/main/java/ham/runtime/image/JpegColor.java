package ham.runtime.image;

import java.awt.image.Raster;

/**
 * Colours of a JPEG file: what its components mean, and the conversion of YCbCr, CMYK and YCCK to RGB.
 *
 * <p>The JDK's own conversion guesses by the sampling factors and applies embedded colour profiles; this one follows
 * libjpeg (and so Pillow): markers first, then the components' numbers. Arithmetic of libjpeg's {@code jdcolor.c},
 * 16-bit fixed point. CMYK is inverted, as Adobe writes it and Pillow assumes, and becomes RGB as in Pillow's {@code Convert.c}.
 */
final class JpegColor {
    private static final int HALF = 1 << 15;
    private static final int RED = fixed(1.40200);
    private static final int GREEN_OF_RED = fixed(0.71414);
    private static final int GREEN_OF_BLUE = fixed(0.34414);
    private static final int BLUE = fixed(1.77200);

    private JpegColor() {}

    /** The image for the raw components that the decoder gave: one (grey), three or four. */
    static RgbImage toRgb(JpegHeader header, Raster raster) {
        int bands = raster.getNumBands();
        boolean ycc = bands == 3 ? header.isYcc() : header.adobeTransform() == 2;
        int width = raster.getWidth();
        byte[] rgb = new byte[Math.multiplyExact(3 * width, raster.getHeight())];
        int[] row = new int[bands * width];
        JpegChroma chroma = new JpegChroma(header, raster);
        int out = 0;
        for (int y = 0; y < raster.getHeight(); y++) {
            raster.getPixels(0, y, width, 1, row);
            chroma.smooth(row, y);
            for (int x = 0; x < width; x++) {
                int in = bands * x;
                if (bands >= 3 && ycc) {
                    putYcc(row[in], row[in + 1] - 128, row[in + 2] - 128, rgb, out);
                } else {
                    rgb[out] = (byte) row[in];
                    rgb[out + 1] = (byte) row[in + (bands == 1 ? 0 : 1)];
                    rgb[out + 2] = (byte) row[in + (bands == 1 ? 0 : 2)];
                }
                if (bands == 4) {
                    putInk(row[in + 3], ycc, rgb, out);
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

    /** Takes the stored inks for what they leave of white; those of YCCK are stored the other way round. */
    private static void putInk(int key, boolean inverted, byte[] rgb, int out) {
        for (int i = out; i < out + 3; i++) {
            int ink = inverted ? rgb[i] & 0xff : 255 - (rgb[i] & 0xff);
            int product = ink * key + 128;
            rgb[i] = clip(key - (((product >> 8) + product) >> 8));
        }
    }

    private static int fixed(double factor) {
        return (int) (factor * 65536 + 0.5);
    }

    private static byte clip(int value) {
        return (byte) (value < 0 ? 0 : Math.min(value, 255));
    }
}
