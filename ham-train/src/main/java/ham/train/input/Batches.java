package ham.train.input;

import ham.runtime.image.RgbImage;
import ham.train.seed.Seeds;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * Shuffled, augmented batches of a task; the last one of an epoch may be smaller. What an epoch holds follows from (seed,
 * task, epoch) alone.
 */
public final class Batches {
    private final TaskImages images;
    private final Augmentation augmentation;
    private final int batch;

    /**
     * Batches of one task.
     *
     * @param batch the most images of a batch
     */
    public Batches(TaskImages images, Augmentation augmentation, int batch) {
        this.images = images;
        this.augmentation = augmentation;
        this.batch = Math.min(batch, images.size());
    }

    /** Batches of an epoch. */
    public int perEpoch() {
        return (images.size() + batch - 1) / batch;
    }

    /**
     * Batches made ahead, epoch after epoch.
     *
     * @param first the first step to give, from 0, counted over all epochs
     * @param end the step after the last
     */
    public BatchStream stream(long seed, int task, int first, int end) {
        Epochs epochs = new Epochs(seed, task);
        return new BatchStream(
                images.preprocessing(), batch, end - first, (number, pixels) -> epochs.fill(first + number, pixels));
    }

    /** Order and random numbers of the epoch at hand. */
    private final class Epochs {
        private final long seed;
        private final int task;
        private int epoch = -1;
        private Random random;
        private int[] order;

        Epochs(long seed, int task) {
            this.seed = seed;
            this.task = task;
        }

        int[] fill(int step, PixelBuffer pixels) {
            int start = step % perEpoch() * batch;
            if (step / perEpoch() != epoch) {
                begin(step / perEpoch(), start);
            }
            int[] targets = new int[Math.min(batch, order.length - start)];
            RgbImage[] decoded = new RgbImage[targets.length];
            IntStream.range(0, targets.length).parallel().forEach(i -> decoded[i] = image(order[start + i]));
            for (int i = 0; i < targets.length; i++) {
                targets[i] = images.target(order[start + i]);
                pixels.add(variant(decoded[i]));
            }
            return targets;
        }

        private RgbImage image(int index) {
            return augmentation.cutsBeforeResizing() ? images.whole(index) : images.image(index);
        }

        private RgbImage variant(RgbImage image) {
            return augmentation.cutsBeforeResizing()
                    ? augmentation.cut(
                            image,
                            images.preprocessing().width(),
                            images.preprocessing().height(),
                            random)
                    : augmentation.apply(image, random);
        }

        private void begin(int number, int skipped) {
            epoch = number;
            random = Seeds.random(seed, "batches", task, epoch);
            order = IntStream.range(0, images.size()).toArray();
            Seeds.shuffle(order, random);
            for (int i = 0; i < skipped; i++) {
                augmentation.skip(random);
            }
        }
    }
}
