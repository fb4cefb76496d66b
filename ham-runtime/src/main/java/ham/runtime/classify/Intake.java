package ham.runtime.classify;

import ham.runtime.ModelException;
import ham.runtime.image.RgbImage;
import ham.runtime.model.BatchLimits;
import ham.runtime.model.Bound;
import ham.runtime.model.Model;
import ham.runtime.model.Signature;
import ham.runtime.preprocess.Preprocessing;
import ham.runtime.tensor.ElementType;
import ham.runtime.tensor.Halves;
import ham.runtime.tensor.TensorSpec;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.List;

/**
 * How images become the one input of a classifier: float32 or float16 after its preprocessing, or uint8 where the graph normalises itself, and
 * where it takes any size also resizes; channels first, [batch, 3, height, width], or last, [batch, height, width, 3].
 *
 * @param type of the elements
 * @param channelsLast whether the three channels of a pixel lie together
 * @param takesPixels whether an image goes in as it is, of any size
 */
record Intake(
        Preprocessing preprocessing, ElementType type, boolean channelsLast, boolean takesPixels, BatchLimits batch) {
    private static final List<ElementType> TYPES = List.of(ElementType.FLOAT32, ElementType.FLOAT16, ElementType.UINT8);

    /** Checks the graph. */
    static Intake of(Model model, Preprocessing preprocessing) {
        Signature signature = new Signature(model.name(), model.inputs(), model.outputs());
        BatchLimits batch = model.batchLimits();
        TensorSpec input = model.inputs().get(0);
        ElementType type = ElementType.FLOAT32;
        for (ElementType each : TYPES) {
            type = signature.loneInputIs(each) ? each : type;
        }
        List<Long> shape = input.shape();
        boolean last = shape.size() == 4 && isLast(shape, type);
        boolean takesPixels = last && type == ElementType.UINT8 && (shape.get(1) < 0 || shape.get(2) < 0);
        Intake intake = new Intake(preprocessing, type, last, takesPixels, batch);
        List<Long> expected =
                takesPixels ? List.of((long) batch.smallest(), 1L, 1L, 3L) : list(intake.shape(batch.smallest()));
        signature.checkLone(TYPES, expected);
        return intake;
    }

    private static List<Long> list(long... sizes) {
        return List.of(sizes[0], sizes[1], sizes[2], sizes[3]);
    }

    /** Channels stand first unless there are three of them last alone; bytes of any size come with the channels last. */
    private static boolean isLast(List<Long> shape, ElementType type) {
        return shape.get(1) != 3 && (shape.get(3) == 3 || (type == ElementType.UINT8 && shape.get(1) < 0));
    }

    /** How many of the first images go into one run: as many as a run takes, of one size where the graph resizes. */
    int count(List<RgbImage> images, int largestBatch) {
        int most = batch.count(images.size(), largestBatch);
        RgbImage first = images.get(0);
        int count = 1;
        while (count < most && (!takesPixels || sameSize(first, images.get(count)))) {
            count++;
        }
        return count;
    }

    /** Images as they go into {@link #count}, {@link #shape(int, RgbImage)} and {@link #fill}. */
    List<RgbImage> ready(List<RgbImage> images) {
        return takesPixels ? images.stream().map(preprocessing::held).toList() : images;
    }

    /** How many images like this one an input of so many bytes holds; at least one. */
    int most(RgbImage image, long inputBytes) {
        long pixels = takesPixels
                ? (long) image.width() * image.height()
                : (long) preprocessing.width() * preprocessing.height();
        return Math.toIntExact(Math.max(1, inputBytes / (3L * type.bytes() * pixels)));
    }

    private static boolean sameSize(RgbImage one, RgbImage other) {
        return one.width() == other.width() && one.height() == other.height();
    }

    /** Shape of a run. */
    long[] shape(int count, RgbImage first) {
        return takesPixels ? shape(count, first.height(), first.width()) : shape(count);
    }

    /** Shape of a run on as many images of the size that preprocessing makes. */
    long[] shape(int count) {
        return shape(count, preprocessing.height(), preprocessing.width());
    }

    private long[] shape(int count, int height, int width) {
        int rows = batch.rows(count);
        return channelsLast ? new long[] {rows, height, width, 3} : new long[] {rows, 3, height, width};
    }

    /** Writes images into the input; rows that the smallest batch has beyond them become zero. */
    void fill(List<RgbImage> images, Bound bound) {
        if (type == ElementType.FLOAT32) {
            FloatBuffer floats = bound.inputFloats().clear();
            for (RgbImage image : images) {
                if (channelsLast) {
                    floats.put(values(image));
                } else {
                    preprocessing.normalize(preprocessing.resize(image), floats);
                }
            }
            zeroRest(floats);
            return;
        }
        ByteBuffer bytes = bound.input().clear();
        for (RgbImage image : images) {
            if (type == ElementType.FLOAT16) {
                for (float value : values(image)) {
                    bytes.putShort(Halves.of(value));
                }
            } else {
                byte[] rgb = (takesPixels ? image : preprocessing.resize(image)).rgb();
                bytes.put(channelsLast ? rgb : planes(rgb));
            }
        }
        while (bytes.hasRemaining()) {
            bytes.put((byte) 0);
        }
    }

    private float[] values(RgbImage image) {
        float[] planes = preprocessing.apply(image);
        if (!channelsLast) {
            return planes;
        }
        float[] values = new float[planes.length];
        int pixels = planes.length / 3;
        for (int i = 0; i < planes.length; i++) {
            values[3 * (i % pixels) + i / pixels] = planes[i];
        }
        return values;
    }

    private static byte[] planes(byte[] rgb) {
        byte[] planes = new byte[rgb.length];
        int pixels = rgb.length / 3;
        for (int i = 0; i < rgb.length; i++) {
            planes[i % 3 * pixels + i / 3] = rgb[i];
        }
        return planes;
    }

    /** Checks that somebody may write the values of one image, channels first, as floats. */
    void requireFloatPlanes(String model) {
        if (type != ElementType.FLOAT32 || channelsLast) {
            throw new ModelException(model + ": expected a float32 input with the channels first for values that are"
                    + " prepared already, found " + type.label() + (channelsLast ? " with the channels last." : "."));
        }
    }

    static void zeroRest(FloatBuffer floats) {
        while (floats.hasRemaining()) {
            floats.put(0);
        }
    }
}
