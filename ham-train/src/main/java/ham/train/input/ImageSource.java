package ham.train.input;

import ham.runtime.image.RgbImage;
import ham.runtime.preprocess.Preprocessing;
import ham.runtime.tensor.ElementType;
import ham.runtime.tensor.Tensor;
import ham.train.data.ImageSet;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;

/**
 * Images that are made ready on all cores. Those that variants are drawn of are decoded and resized once, and kept as bytes (3 * height * width)
 * for the next epoch if there is {@link PreparedImages#room() room} for all together; those that are cut before they are resized are kept at their own
 * size as far as there is as much.
 */
final class ImageSource implements InputSource {
    private final ImageSet set;
    private final ImageSet originals;
    private final int[] indices;
    private final Preprocessing preprocessing;
    private final Preprocessing upright;
    private final RgbImage[] kept;
    /** Images at their own size, as far as there is room for them. */
    private final RgbImage[] whole;

    private final AtomicLong room = new AtomicLong(PreparedImages.room());

    /**
     * Images of a set that are there in two forms.
     *
     * @param set resized, or as they are
     * @param originals at their own size
     * @param preprocessing what is left to do with those of the set
     * @param upright what the originals go through
     */
    ImageSource(ImageSet set, ImageSet originals, int[] indices, Preprocessing preprocessing, Preprocessing upright) {
        this.set = set;
        this.originals = originals;
        this.indices = indices.clone();
        this.preprocessing = preprocessing;
        this.upright = upright;
        long bytes = 3L * preprocessing.width() * preprocessing.height() * indices.length;
        kept = new RgbImage[bytes > PreparedImages.room() ? 0 : indices.length];
        whole = new RgbImage[indices.length];
    }

    @Override
    public int size() {
        return indices.length;
    }

    @Override
    public int length(int index) {
        return 1;
    }

    private RgbImage resized(int index) {
        return index < kept.length && kept[index] != null
                ? kept[index]
                : preprocessing.resize(set.image(indices[index]));
    }

    /** What variants of an image are drawn of; different ones may be asked for at once. */
    private RgbImage drawnOf(int index, Augmentation augmentation) {
        if (augmentation.cutsBeforeResizing()) {
            return whole(index);
        }
        RgbImage image = resized(index);
        if (index < kept.length) {
            kept[index] = image;
        }
        return image;
    }

    /** An image at its own size, upright where the model sees it so. */
    private RgbImage whole(int index) {
        if (whole[index] == null) {
            RgbImage image = upright.held(originals.image(indices[index]));
            if (room.addAndGet(-image.rgb().length) < 0) {
                return image;
            }
            whole[index] = image;
        }
        return whole[index];
    }

    private RgbImage variant(RgbImage image, Augmentation augmentation, Random random) {
        return augmentation.cutsBeforeResizing()
                ? augmentation.cut(image, preprocessing.width(), preprocessing.height(), random)
                : augmentation.apply(image, random);
    }

    @Override
    public void skip(Augmentation augmentation, Random random) {
        augmentation.skip(random);
    }

    @Override
    public Writer newWriter(int capacity) {
        return new Pixels(capacity);
    }

    /** Normalised pixels of one batch, in direct memory. */
    private final class Pixels implements Writer {
        private final ByteBuffer bytes;
        private final FloatBuffer floats;
        private int count;

        Pixels(int capacity) {
            int each = 3 * preprocessing.width() * preprocessing.height();
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
        public void add(int... chosen) {
            IntStream.of(chosen)
                    .parallel()
                    .mapToObj(ImageSource.this::resized)
                    .toList()
                    .forEach(this::append);
        }

        @Override
        public void add(Augmentation augmentation, Random random, int... chosen) {
            IntStream.of(chosen)
                    .parallel()
                    .mapToObj(index -> drawnOf(index, augmentation))
                    .toList()
                    .forEach(image -> append(variant(image, augmentation, random)));
        }

        private void append(RgbImage image) {
            preprocessing.normalize(image, floats);
            count++;
        }

        @Override
        public Map<String, Tensor> inputs() {
            List<Long> shape = List.of((long) count, 3L, (long) preprocessing.height(), (long) preprocessing.width());
            ByteBuffer used = bytes.duplicate().limit(floats.position() * Float.BYTES);
            return Map.of(ImageReader.INPUT, new Tensor(ElementType.FLOAT32, shape, used));
        }
    }
}
