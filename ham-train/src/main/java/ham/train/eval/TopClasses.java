package ham.train.eval;

import ham.common.ArgMax;
import ham.merge.InputException;
import ham.runtime.image.RgbImage;
import ham.train.data.ImageSet;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntConsumer;

/** What models decide for, image after image: the one loop over test images. */
public final class TopClasses {
    private TopClasses() {}

    /** A model that classifies. */
    @FunctionalInterface
    public interface Model {
        /** Logits of every image, [images][classes]. */
        float[][] logits(List<RgbImage> images);
    }

    /**
     * The number of the largest logit of every image, the first of equal ones. An image is decoded once, whatever number of models sees it.
     *
     * @param samples indices of the images
     * @param batch images at a time
     * @param progress told how many images are done
     * @return [models][samples]
     * @throws InputException when a logit is not finite
     */
    public static int[][] of(ImageSet images, int[] samples, int batch, IntConsumer progress, Model... models) {
        int[][] top = new int[models.length][samples.length];
        for (int from = 0; from < samples.length; from += batch) {
            int to = Math.min(from + batch, samples.length);
            List<RgbImage> decoded =
                    Arrays.stream(samples, from, to).mapToObj(images::image).toList();
            for (int model = 0; model < models.length; model++) {
                float[][] logits = models[model].logits(decoded);
                for (int i = from; i < to; i++) {
                    requireFinite(logits[i - from]);
                    top[model][i] = ArgMax.of(logits[i - from]);
                }
            }
            progress.accept(to);
        }
        return top;
    }

    static void requireFinite(float[] logits) {
        for (float logit : logits) {
            if (!Float.isFinite(logit)) {
                throw new InputException(
                        "expected finite logits, found " + logit + "; export the model anew, comparing its forms");
            }
        }
    }
}
