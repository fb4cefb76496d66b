package ham.runtime.image;

import ham.runtime.ModelException;
import java.util.Arrays;

/**
 * An image of 8-bit red, green and blue values.
 *
 * <p>Two images are equal only if they are the same object; compare {@link #rgb} for the pixels. The array is shared, not
 * copied: nobody may write to it after it was handed over.
 *
 * @param width pixels in a row, at least 1
 * @param height number of rows, at least 1
 * @param rgb interleaved R G B, row-major: {@code [height * width * 3]}, each byte unsigned
 */
@SuppressWarnings("ArrayRecordComponent")
public record RgbImage(int width, int height, byte[] rgb) {
    /**
     * Checks the size against the data.
     *
     * @throws ModelException if a side is below 1 or the array has another length than height * width * 3
     */
    public RgbImage {
        if (width < 1 || height < 1) {
            throw new ModelException("An image of " + width + "x" + height + " pixels has no pixel.");
        }
        if (rgb.length != 3L * width * height) {
            throw new ModelException("An RGB image of " + width + "x" + height + " pixels needs " + 3L * width * height
                    + " bytes, found " + rgb.length + ".");
        }
    }

    /**
     * An image whose three channels are all the given grey values.
     *
     * @param gray row-major: {@code [height * width]}, each byte unsigned
     * @throws ModelException if a side is below 1 or the array has another length than height * width
     */
    public static RgbImage ofGray(int width, int height, byte[] gray) {
        if (gray.length != (long) width * height) {
            throw new ModelException("A grey image of " + width + "x" + height + " pixels needs "
                    + (long) width * height + " bytes, found " + gray.length + ".");
        }
        byte[] rgb = new byte[3 * gray.length];
        for (int i = 0; i < gray.length; i++) {
            Arrays.fill(rgb, 3 * i, 3 * i + 3, gray[i]);
        }
        return new RgbImage(width, height, rgb);
    }

    /**
     * A copy of a part of this image.
     *
     * @param x first column
     * @param y first row
     * @throws ModelException if the part is empty or reaches beyond this image
     */
    public RgbImage crop(int x, int y, int cropWidth, int cropHeight) {
        if (x < 0 || y < 0 || (long) x + cropWidth > width || (long) y + cropHeight > height) {
            throw new ModelException("A crop of " + cropWidth + "x" + cropHeight + " pixels at column " + x + ", row "
                    + y + " does not lie within an image of " + width + "x" + height + ".");
        }
        byte[] part = new byte[3 * Math.max(0, cropWidth) * Math.max(0, cropHeight)];
        for (int row = 0; row < cropHeight; row++) {
            System.arraycopy(rgb, 3 * ((y + row) * width + x), part, 3 * row * cropWidth, 3 * cropWidth);
        }
        return new RgbImage(cropWidth, cropHeight, part);
    }
}
