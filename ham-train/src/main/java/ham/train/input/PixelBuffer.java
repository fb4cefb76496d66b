package ham.train.input;

import ham.runtime.image.RgbImage;
import ham.runtime.preprocess.Preprocessing;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;

/** Normalised pixels of one batch, float32 [n, 3, height, width] in direct memory, used again for every batch. */
public final class PixelBuffer {
    private final Preprocessing preprocessing;
    private final ByteBuffer bytes;
    private final FloatBuffer floats;

    /**
     * An empty buffer.
     *
     * @param capacity the most images of a batch
     */
    public PixelBuffer(Preprocessing preprocessing, int capacity) {
        this.preprocessing = preprocessing;
        int floatsPerImage = 3 * preprocessing.width() * preprocessing.height();
        bytes = ByteBuffer.allocateDirect(Math.multiplyExact(capacity, floatsPerImage * Float.BYTES))
                .order(ByteOrder.nativeOrder());
        floats = bytes.asFloatBuffer();
    }

    /** Forgets all images. */
    public void clear() {
        floats.clear();
    }

    /** Appends an image that has been resized. */
    public void add(RgbImage resized) {
        preprocessing.normalize(resized, floats);
    }

    /** The images' values, native byte order; valid until the next change. */
    public ByteBuffer bytes() {
        return bytes.duplicate().limit(floats.position() * Float.BYTES);
    }
}
