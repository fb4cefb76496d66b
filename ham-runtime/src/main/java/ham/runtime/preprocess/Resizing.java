package ham.runtime.preprocess;

import ham.runtime.ModelException;
import ham.runtime.image.ImageDecoder;
import ham.runtime.image.Resample;
import ham.runtime.image.Resizer;
import ham.runtime.image.RgbImage;

/** How an image comes to another size before it is cropped; sides in pixels. */
public sealed interface Resizing {
    /** The resized image. */
    RgbImage apply(RgbImage image, Resample resample);

    /** The image stays as it is. */
    record None() implements Resizing {
        @Override
        public RgbImage apply(RgbImage image, Resample resample) {
            return image;
        }
    }

    /** To one size, whatever the proportions were. */
    record Exact(int height, int width) implements Resizing {
        @Override
        public RgbImage apply(RgbImage image, Resample resample) {
            return Resizer.resize(image, width, height, resample);
        }
    }

    /** So that the shorter side has the given length, with the proportions kept; the longer side is rounded down. */
    record ShortestEdge(int pixels) implements Resizing {
        @Override
        public RgbImage apply(RgbImage image, Resample resample) {
            int width = scaled(image.width(), image.height());
            int height = scaled(image.height(), image.width());
            if ((long) width * height > ImageDecoder.MAX_PIXELS) {
                throw new ModelException("An image of " + image.width() + "x" + image.height()
                        + " pixels is too oblong to be resized to a shortest edge of " + pixels + "; crop it first.");
            }
            return Resizer.resize(image, width, height, resample);
        }

        private int scaled(int side, int other) {
            return side <= other ? pixels : (int) Math.min(Integer.MAX_VALUE, (double) ((long) pixels * side) / other);
        }
    }

    /**
     * As {@link ShortestEdge}, unless the longer side would be above {@code longest}: then that side has this length, and the shorter follows.
     * Source: {@code get_size_with_aspect_ratio} of transformers.
     */
    record EdgeRange(int shortest, int longest) implements Resizing {
        @Override
        public RgbImage apply(RgbImage image, Resample resample) {
            double low = Math.min(image.height(), image.width());
            double high = Math.max(image.height(), image.width());
            if (high / low * shortest <= longest) {
                return new ShortestEdge(shortest).apply(image, resample);
            }
            double exact = longest * low / high;
            int edge = Math.max(1, (int) Math.rint(exact));
            boolean wide = image.width() > image.height();
            int other = Math.max(1, (int) (exact * high / low));
            if (low == edge) {
                return image;
            }
            return Resizer.resize(image, wide ? other : edge, wide ? edge : other, resample);
        }
    }
}
