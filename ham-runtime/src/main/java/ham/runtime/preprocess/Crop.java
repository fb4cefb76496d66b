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

    /** The part of {@code width} x {@code height} pixels; the image is at least so large. */
    RgbImage apply(RgbImage image, int width, int height) {
        return image.crop(margin(image.width() - width), margin(image.height() - height), width, height);
    }

    private int margin(int all) {
        return this == CENTER ? all / 2 : (int) Math.rint(all / 2.0);
    }
}
