package ham.train.input;

import ham.train.seed.Seeds;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * Shuffled, augmented batches of a task; one batch of an epoch may be smaller. What an epoch holds follows from (seed, task, epoch) alone.
 *
 * <p>A batch is drawn whatever the lengths of its texts, since lengths tell of classes, and sorted by length then: parts of it that are worked on at once have little padding.
 */
public final class Batches {

    private final TaskExamples examples;
    private final Augmentation augmentation;
    private final int batch;

    /**
     * Batches of one task.
     *
     * @param batch the most examples of a batch
     */
    public Batches(TaskExamples examples, Augmentation augmentation, int batch) {
        this.examples = examples;
        this.augmentation = augmentation;
        this.batch = Math.min(batch, examples.size());
    }

    /** Batches of an epoch. */
    public int perEpoch() {
        return (examples.size() + batch - 1) / batch;
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
                examples.source(), batch, end - first, (number, writer) -> epochs.fill(first + number, writer));
    }

    /** Order and random numbers of the epoch at hand. */
    private final class Epochs {
        private final long seed;
        private final int task;
        private int epoch = -1;
        private Random random;
        private List<int[]> batches;

        Epochs(long seed, int task) {
            this.seed = seed;
            this.task = task;
        }

        int[] fill(int step, InputSource.Writer writer) {
            int number = step % perEpoch();
            if (step / perEpoch() != epoch) {
                begin(step / perEpoch(), number);
            }
            int[] indices = batches.get(number);
            writer.add(augmentation, random, indices);
            int[] targets = new int[indices.length];
            for (int i = 0; i < indices.length; i++) {
                targets[i] = examples.target(indices[i]);
            }
            return targets;
        }

        private void begin(int number, int skipped) {
            epoch = number;
            random = Seeds.random(seed, "batches", task, epoch);
            int[] order = IntStream.range(0, examples.size()).toArray();
            Seeds.shuffle(order, random);
            batches = batches(order);
            for (int i = 0; i < skipped; i++) {
                for (int each = 0; each < batches.get(i).length; each++) {
                    examples.source().skip(augmentation, random);
                }
            }
        }

        private List<int[]> batches(int[] order) {
            List<int[]> cut = new ArrayList<>();
            for (int from = 0; from < order.length; from += batch) {
                cut.add(IntStream.range(from, Math.min(from + batch, order.length))
                        .mapToObj(i -> order[i])
                        .sorted(Comparator.comparingInt(examples.source()::length))
                        .mapToInt(each -> each)
                        .toArray());
            }
            return cut;
        }
    }
}
