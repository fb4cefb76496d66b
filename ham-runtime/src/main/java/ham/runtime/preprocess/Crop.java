package ham.runtime.preprocess;

import ham.runtime.image.RgbImage;

/** Whether and where the middle of a resized image is cut out; the libraries differ where it cannot lie evenly. */
public enum Crop {
    /** The image stays whole. */
    NONE,
    /** Half of the margin, rounded down, as Hugging Face does. */
    CENTER,
    /** Half of the margin, rounded to the even neighbour, as torchvision and so timm do. */
    CENTER_HALF_EVEN;

    /** The part of {@code width} x {@code height} pixels; black where the image does not reach. */
    RgbImage apply(RgbImage image, int width, int height) {
        int x = margin(image.width() - width);
        int y = margin(image.height() - height);
        if (image.width() >= width && image.height() >= height) {
            return image.crop(x, y, width, height);
        }
        byte[] rgb = new byte[3 * width * height];
        int left = Math.max(0, -x);
        int columns = Math.min(width, image.width() - x) - left;
        for (int row = Math.max(0, -y); row < Math.min(height, image.height() - y); row++) {
            System.arraycopy(
                    image.rgb(),
                    3 * ((row + y) * image.width() + left + x),
                    rgb,
                    3 * (row * width + left),
                    3 * columns);
        }
        return new RgbImage(width, height, rgb);
    }

    /** What is cut off before the part; below 0 where that begins before the image. */
    private int margin(int all) {
        if (all < 0) {
            return this == CENTER ? Math.floorDiv(all, 2) : -(-all / 2);
        }
        return this == CENTER ? all / 2 : (int) Math.rint(all / 2.0);
    }
}
