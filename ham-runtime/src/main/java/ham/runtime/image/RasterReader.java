package ham.runtime.image;

import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.awt.image.DataBuffer;
import java.awt.image.IndexColorModel;
import java.awt.image.Raster;
import java.util.Optional;
import java.util.Set;

/**
 * Turns a decoded image of any layout into 8-bit RGB by its stored numbers alone: alpha is dropped, no gamma and no colour
 * profile is applied, as with Pillow's {@code convert("RGB")}. (Java's own {@code getRGB} would brighten grey images.)
 *
 * <p>16-bit samples keep their high byte; samples of fewer than 8 bits are stretched to 0..255.
 */
final class RasterReader {
    private static final Set<Integer> SIGNED =
            Set.of(DataBuffer.TYPE_SHORT, DataBuffer.TYPE_FLOAT, DataBuffer.TYPE_DOUBLE);

    private RasterReader() {}

    /** The image as RGB, or nothing where its colours are neither grey, RGB nor a palette. */
    static Optional<RgbImage> toRgb(BufferedImage image) {
        byte[][] tables = tables(image.getColorModel());
        return tables.length == 0 ? Optional.empty() : Optional.of(read(image.getRaster(), tables));
    }

    /** For each of red, green, blue: the 8-bit value of every sample value; empty where the colours are foreign. */
    private static byte[][] tables(ColorModel colors) {
        if (colors instanceof IndexColorModel palette) {
            byte[][] tables = new byte[3][palette.getMapSize()];
            palette.getReds(tables[0]);
            palette.getGreens(tables[1]);
            palette.getBlues(tables[2]);
            return tables;
        }
        if (colors.getComponentSize(0) > 16 || SIGNED.contains(colors.getTransferType())) {
            return new byte[0][];
        }
        int type = colors.getColorSpace().getType();
        if (type == ColorSpace.TYPE_GRAY) {
            byte[] gray = stretch(colors.getComponentSize(0));
            return new byte[][] {gray, gray, gray};
        }
        if (type == ColorSpace.TYPE_RGB) {
            return new byte[][] {
                stretch(colors.getComponentSize(0)),
                stretch(colors.getComponentSize(1)),
                stretch(colors.getComponentSize(2))
            };
        }
        return new byte[0][];
    }

    private static byte[] stretch(int bits) {
        byte[] table = new byte[1 << bits];
        for (int sample = 0; sample < table.length; sample++) {
            table[sample] = (byte) (bits >= 8 ? sample >> (bits - 8) : sample * 255 / (table.length - 1));
        }
        return table;
    }

    private static RgbImage read(Raster raster, byte[][] tables) {
        int width = raster.getWidth();
        int bands = raster.getNumBands();
        int green = bands < 3 ? 0 : 1;
        int blue = bands < 3 ? 0 : 2;
        byte[] rgb = new byte[Math.multiplyExact(3 * width, raster.getHeight())];
        int[] row = new int[bands * width];
        int out = 0;
        for (int y = 0; y < raster.getHeight(); y++) {
            raster.getPixels(raster.getMinX(), raster.getMinY() + y, width, 1, row);
            for (int in = 0; in < row.length; in += bands) {
                rgb[out++] = tables[0][row[in]];
                rgb[out++] = tables[1][row[in + green]];
                rgb[out++] = tables[2][row[in + blue]];
            }
        }
        return new RgbImage(width, raster.getHeight(), rgb);
    }
}
