package ham.train.lora;

import ham.merge.InputException;
import ham.train.input.Augmentation;

/**
 * How one task is trained: Adam, three learning rates, cosine to zero over the task's steps.
 *
 * @param epochs passes over the task's images
 * @param batch images a step
 * @param adapterRate learning rate of A and B
 * @param headRate learning rate of the task's linear head
 * @param scalarRate learning rate of the importance scalars; too high and old groups are muted to please the new task
 * @param augmentation random variants of the training images
 * @param replay latents of earlier classes that are drawn for every step beside its images (ours, 0 by default)
 * @param replayHold weight of the mean squared distance between features of those latents and what they were before the task
 */
public record Recipe(
        int epochs,
        int batch,
        double adapterRate,
        double headRate,
        double scalarRate,
        Augmentation augmentation,
        int replay,
        double replayHold) {
    /** Three epochs, batch 64, 3e-4 / 5e-3 / 1e-3, crop with padding 4 and flip. */
    public static final Recipe DEFAULT = new Recipe(3, 64, 3e-4, 5e-3, 1e-3, new Augmentation(4, true));

    /** Weight of the distance that replayed features move, unless something else is said. */
    public static final double REPLAY_HOLD = 0.02;

    private static final int MOST_REPLAYED = 100_000;

    /** Without replay. */
    public Recipe(
            int epochs, int batch, double adapterRate, double headRate, double scalarRate, Augmentation augmentation) {
        this(epochs, batch, adapterRate, headRate, scalarRate, augmentation, 0, REPLAY_HOLD);
    }

    public Recipe {
        requirePositive("epochs", epochs);
        requirePositive("batch", batch);
        requireRate("lr", adapterRate);
        requireRate("head-lr", headRate);
        requireRate("alpha-lr", scalarRate);
        if (replay < 0 || replay > MOST_REPLAYED) {
            throw InputException.parameter(
                    "replay",
                    "expected 0 to " + MOST_REPLAYED + ", found " + replay + "; choose a number in that range");
        }
        if (!(replayHold >= 0 && Double.isFinite(replayHold))) {
            throw InputException.parameter(
                    "replay-hold", "expected 0 or more, found " + replayHold + "; choose such a number");
        }
    }

    /** The same with another learning rate of A and B. */
    public Recipe withAdapterRate(double rate) {
        return new Recipe(epochs, batch, rate, headRate, scalarRate, augmentation, replay, replayHold);
    }

    /** The same for a model that takes images of this side. */
    public Recipe forImagesOf(int side) {
        return new Recipe(epochs, batch, adapterRate, headRate, scalarRate, augmentation.at(side), replay, replayHold);
    }

    private static void requirePositive(String name, int value) {
        if (value < 1) {
            throw InputException.parameter(name, "expected 1 or more, found " + value + "; choose such a number");
        }
    }

    private static void requireRate(String name, double value) {
        if (!(value >= 0 && value <= 1)) {
            throw InputException.parameter(name, "expected 0 to 1, found " + value + "; choose a number in that range");
        }
    }
}
