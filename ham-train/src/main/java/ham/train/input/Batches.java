package ham.train.input;

import ham.train.seed.Seeds;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/**
 * Shuffled, augmented batches of a task; the last one of an epoch may be smaller. What an epoch holds follows from (seed,
 * task, epoch) alone.
 */
public final class Batches {
    private final TaskImages images;
    private final Augmentation augmentation;
    private final int batch;
    private final PixelBuffer pixels;

    /**
     * Batches of one task.
     *
     * @param batch the most images of a batch
     */
    public Batches(TaskImages images, Augmentation augmentation, int batch) {
        this.images = images;
        this.augmentation = augmentation;
        this.batch = Math.min(batch, images.size());
        this.pixels = new PixelBuffer(images.preprocessing(), this.batch);
    }

    /** Batches of an epoch. */
    public int perEpoch() {
        return (images.size() + batch - 1) / batch;
    }

    /** Hands every batch of one epoch to a consumer. */
    public void epoch(long seed, int task, int epoch, Consumer<Batch> consumer) {
        Random random = Seeds.random(seed, "batches", task, epoch);
        int[] order = IntStream.range(0, images.size()).toArray();
        Seeds.shuffle(order, random);
        for (int start = 0; start < order.length; start += batch) {
            int[] targets = new int[Math.min(batch, order.length - start)];
            pixels.clear();
            for (int i = 0; i < targets.length; i++) {
                int index = order[start + i];
                targets[i] = images.target(index);
                pixels.add(augmentation.apply(images.image(index), random));
            }
            consumer.accept(new Batch(pixels.bytes(), targets));
        }
    }
}
