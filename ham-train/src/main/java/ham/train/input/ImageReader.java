package ham.train.input;

import ham.merge.InputException;
import ham.runtime.image.RgbImage;
import ham.runtime.preprocess.Preprocessing;
import ham.runtime.tensor.ElementType;
import ham.runtime.tensor.Tensor;
import ham.train.data.Examples;
import ham.train.data.ImageSet;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * Images as normalised pixels, {@value #INPUT} [n, 3, height, width] in float32. An image is decoded and resized when it is first asked for, and
 * kept as bytes (3 * height * width) for the next epoch if all together take at most a gibibyte.
 *
 * @param preprocessing the model's own
 */
public record ImageReader(Preprocessing preprocessing) implements InputReader {
    /** Name of the input. */
    public static final String INPUT = "pixel_values";

    private static final long MOST_KEPT = 1L << 30;

    @Override
    public InputSource open(Examples set, int... indices) {
        if (!(set instanceof ImageSet images)) {
            throw new InputException("data: expected images, which this model takes, found " + set.kind()
                    + "; give images, or a text encoder as base");
        }
        return new Source(images, indices.clone(), preprocessing);
    }

    private static final class Source implements InputSource {
        private final ImageSet set;
        private final int[] indices;
        private final Preprocessing preprocessing;
        private final RgbImage[] kept;

        Source(ImageSet set, int[] indices, Preprocessing preprocessing) {
            this.set = set;
            this.indices = indices;
            this.preprocessing = preprocessing;
            long bytes = 3L * preprocessing.width() * preprocessing.height() * indices.length;
            kept = new RgbImage[bytes > MOST_KEPT ? 0 : indices.length];
        }

        @Override
        public int size() {
            return indices.length;
        }

        @Override
        public int length(int index) {
            return 1;
        }

        private RgbImage image(int index) {
            if (index < kept.length && kept[index] != null) {
                return kept[index];
            }
            RgbImage image = preprocessing.resize(set.image(indices[index]));
            if (index < kept.length) {
                kept[index] = image;
            }
            return image;
        }

        @Override
        public void skip(Augmentation augmentation, Random random) {
            augmentation.skip(random);
        }

        @Override
        public Writer newWriter(int capacity) {
            return new Pixels(this, capacity);
        }
    }

    /** Normalised pixels of one batch, in direct memory. */
    private static final class Pixels implements InputSource.Writer {
        private final Source source;
        private final ByteBuffer bytes;
        private final FloatBuffer floats;
        private int count;

        Pixels(Source source, int capacity) {
            this.source = source;
            int each = 3 * source.preprocessing.width() * source.preprocessing.height();
            bytes = ByteBuffer.allocateDirect(Math.multiplyExact(capacity, each * Float.BYTES))
                    .order(ByteOrder.nativeOrder());
            floats = bytes.asFloatBuffer();
        }

        @Override
        public void clear() {
            floats.clear();
            count = 0;
        }

        @Override
        public void add(int index) {
            append(source.image(index));
        }

        @Override
        public void add(int index, Augmentation augmentation, Random random) {
            append(augmentation.apply(source.image(index), random));
        }

        private void append(RgbImage resized) {
            source.preprocessing.normalize(resized, floats);
            count++;
        }

        @Override
        public Map<String, Tensor> inputs() {
            List<Long> shape = List.of(
                    (long) count, 3L, (long) source.preprocessing.height(), (long) source.preprocessing.width());
            ByteBuffer used = bytes.duplicate().limit(floats.position() * Float.BYTES);
            return Map.of(INPUT, new Tensor(ElementType.FLOAT32, shape, used));
        }
    }
}
