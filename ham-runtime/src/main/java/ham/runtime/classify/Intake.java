package ham.runtime.classify;

import ham.runtime.image.RgbImage;
import ham.runtime.model.BatchLimits;
import ham.runtime.model.Bound;
import ham.runtime.model.Model;
import ham.runtime.model.Signature;
import ham.runtime.preprocess.Preprocessing;
import ham.runtime.tensor.ElementType;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.List;

/**
 * How images become the one input of a classifier: float32 [batch, 3, height, width] after its preprocessing, or uint8
 * [batch, height, width, 3] of any size where the graph resizes and normalises itself.
 */
record Intake(Preprocessing preprocessing, boolean takesPixels, BatchLimits batch) {
    /** Checks the graph. */
    static Intake of(Model model, Preprocessing preprocessing) {
        Signature signature = new Signature(model.name(), model.inputs(), model.outputs());
        boolean takesPixels = signature.loneInputIs(ElementType.UINT8);
        BatchLimits batch = model.batchLimits();
        long rows = batch.smallest();
        signature.checkLone(
                List.of(takesPixels ? ElementType.UINT8 : ElementType.FLOAT32),
                takesPixels
                        ? List.of(rows, 1L, 1L, 3L)
                        : List.of(rows, 3L, (long) preprocessing.height(), (long) preprocessing.width()));
        return new Intake(preprocessing, takesPixels, batch);
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

    /** How many images like this one an input of so many bytes holds; at least one. */
    int most(RgbImage image, long inputBytes) {
        long bytes = takesPixels
                ? 3L * image.width() * image.height()
                : 3L * Float.BYTES * preprocessing.width() * preprocessing.height();
        return Math.toIntExact(Math.max(1, inputBytes / bytes));
    }

    private static boolean sameSize(RgbImage one, RgbImage other) {
        return one.width() == other.width() && one.height() == other.height();
    }

    /** Shape of a run. */
    long[] shape(int count, RgbImage first) {
        int rows = batch.rows(count);
        return takesPixels
                ? new long[] {rows, first.height(), first.width(), 3}
                : new long[] {rows, 3, preprocessing.height(), preprocessing.width()};
    }

    /** Shape of a run on as many images of the size that preprocessing makes. */
    long[] shape(int count) {
        int rows = batch.rows(count);
        return takesPixels
                ? new long[] {rows, preprocessing.height(), preprocessing.width(), 3}
                : new long[] {rows, 3, preprocessing.height(), preprocessing.width()};
    }

    /** Writes images into the input; rows that the smallest batch has beyond them become zero. */
    void fill(List<RgbImage> images, Bound bound) {
        if (takesPixels) {
            ByteBuffer bytes = bound.input().clear();
            for (RgbImage image : images) {
                bytes.put(image.rgb());
            }
            while (bytes.hasRemaining()) {
                bytes.put((byte) 0);
            }
        } else {
            FloatBuffer floats = bound.inputFloats().clear();
            for (RgbImage image : images) {
                preprocessing.normalize(preprocessing.resize(image), floats);
            }
            zeroRest(floats);
        }
    }

    static void zeroRest(FloatBuffer floats) {
        while (floats.hasRemaining()) {
            floats.put(0);
        }
    }
}
