package ham.train;

import ham.merge.checkpoint.Checkpoint;
import ham.testing.RandomCheckpoint;
import ham.testing.VitSize;
import ham.testing.VitVariant;
import java.nio.file.Path;

/** A random backbone of 2 blocks, width 16, 2 heads, 8 x 8 pixels in patches of 4. */
public final class TinyVit {
    /** Side of its images. */
    public static final int SIDE = VitSize.BACKBONE.side();
    /** Width of its features. */
    public static final int WIDTH = VitSize.BACKBONE.width();

    private TinyVit() {}

    /** Writes and opens the checkpoint; the same numbers every time. */
    public static Checkpoint in(Path folder) {
        return in(folder, "hf", 1e-6, true);
    }

    /** The checkpoint in a library's names ({@code hf} or {@code timm}), with another eps, with or without biases of query, key, value. */
    public static Checkpoint in(Path folder, String library, double eps, boolean qkvBias) {
        VitVariant variant = VitVariant.of("c" + (library.equals("timm") ? "T" : "") + (qkvBias ? "b" : ""));
        return Checkpoint.open(RandomCheckpoint.write(variant, VitSize.BACKBONE, eps, folder));
    }
}
