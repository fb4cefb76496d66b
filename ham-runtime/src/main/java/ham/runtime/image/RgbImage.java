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
 * @param orientation how the camera was held, 1 to 8 as EXIF counts; 1 where the picture is upright or nobody knows
 */
@SuppressWarnings("ArrayRecordComponent")
public record RgbImage(int width, int height, byte[] rgb, int orientation) {
    /**
     * Checks the size against the data.
     *
     * @throws ModelException if a side is below 1, the array has another length than height * width * 3, or the orientation is none
     */
    public RgbImage {
        if (width < 1 || height < 1) {
            throw new ModelException("An image of " + width + "x" + height + " pixels has no pixel.");
        }
        if (rgb.length != 3L * width * height) {
            throw new ModelException("An RGB image of " + width + "x" + height + " pixels needs " + 3L * width * height
                    + " bytes, found " + rgb.length + ".");
        }
        if (orientation < 1 || orientation > 8) {
            throw new ModelException("Expected an orientation from 1 to 8, found " + orientation + ".");
        }
    }

    /** An upright image. */
    public RgbImage(int width, int height, byte[] rgb) {
        this(width, height, rgb, 1);
    }

    /** The same pixels as they lie, held otherwise. */
    RgbImage held(int other) {
        return new RgbImage(width, height, rgb, other);
    }

    /** The picture as it was seen: mirrored and turned as its orientation says, as Pillow's {@code exif_transpose} does; this image if it is upright. */
    public RgbImage upright() {
        if (orientation == 1) {
            return this;
        }
        boolean sideways = orientation >= 5;
        int across = sideways ? height : width;
        int down = sideways ? width : height;
        boolean fromRight = orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8;
        boolean fromBottom = orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7;
        byte[] turned = new byte[rgb.length];
        int out = 0;
        for (int y = 0; y < down; y++) {
            for (int x = 0; x < across; x++) {
                int column = sideways ? y : x;
                int row = sideways ? x : y;
                int from =
                        3 * ((fromBottom ? height - 1 - row : row) * width + (fromRight ? width - 1 - column : column));
                System.arraycopy(rgb, from, turned, out, 3);
                out += 3;
            }
        }
        return new RgbImage(across, down, turned);
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
