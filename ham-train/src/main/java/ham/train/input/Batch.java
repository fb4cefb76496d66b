package ham.train.input;

import java.nio.ByteBuffer;

/**
 * One batch, valid until the next is asked for.
 *
 * @param pixels float32 [n, 3, height, width], native byte order
 * @param targets n rows of the task's head
 */
@SuppressWarnings("ArrayRecordComponent")
public record Batch(ByteBuffer pixels, int[] targets) {
    /** How many images. */
    public int size() {
        return targets.length;
    }
}
