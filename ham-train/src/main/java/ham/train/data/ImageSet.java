package ham.train.data;

import ham.runtime.image.RgbImage;

/** Images with labels, by index. Safe for use by several threads. */
public interface ImageSet extends Examples {
    /** What messages call images. */
    String KIND = "images";

    /** No image. */
    ImageSet NONE = new ImageSet() {
        @Override
        public int size() {
            return 0;
        }

        @Override
        public int label(int index) {
            throw new IndexOutOfBoundsException(index);
        }

        @Override
        public RgbImage image(int index) {
            throw new IndexOutOfBoundsException(index);
        }
    };

    @Override
    default String kind() {
        return KIND;
    }

    /**
     * An image at its own size.
     *
     * @throws ham.merge.InputException if the image's file cannot be decoded
     */
    RgbImage image(int index);
}
