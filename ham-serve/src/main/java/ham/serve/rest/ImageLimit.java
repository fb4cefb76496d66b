package ham.serve.rest;

import ham.runtime.image.ImageDecoder;
import ham.serve.protocol.ServeException;
import ham.serve.protocol.Status;
import ham.serve.service.Budget;
import java.util.Locale;

/** Looks at the size that an image says it has before anybody decodes it: a small file can hold a very large picture. */
final class ImageLimit {
    /** Bytes of heap that a pixel takes while it is decoded. */
    private static final int BYTES_A_PIXEL = 7;

    private final long most;
    private final Budget budget;

    ImageLimit(long most, Budget budget) {
        this.most = Math.min(most, budget.most() / BYTES_A_PIXEL);
        this.budget = budget;
    }

    /** Memory for an image, taken while it is decoded and classified. */
    record Taken(Budget budget, long bytes) {
        void giveBack() {
            budget.give(bytes);
        }
    }

    /** @throws ServeException if it is too large, or there is no memory for it now */
    Taken take(byte[] image) {
        long pixels = ImageDecoder.pixels(image);
        if (pixels > most) {
            throw new ServeException(
                    Status.TOO_LARGE,
                    "Expected an image of at most " + megapixels(most) + " megapixels, found one of "
                            + megapixels(pixels) + "; make it smaller first.");
        }
        long bytes = pixels * BYTES_A_PIXEL;
        budget.take(bytes);
        return new Taken(budget, bytes);
    }

    private static String megapixels(long pixels) {
        return String.format(Locale.ROOT, "%.1f", pixels / 1e6);
    }
}
