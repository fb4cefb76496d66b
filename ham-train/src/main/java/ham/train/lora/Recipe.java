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
 */
public record Recipe(
        int epochs, int batch, double adapterRate, double headRate, double scalarRate, Augmentation augmentation) {
    /** Three epochs, batch 64, 3e-4 / 5e-3 / 1e-3, crop with padding 4 and flip. */
    public static final Recipe DEFAULT = new Recipe(3, 64, 3e-4, 5e-3, 1e-3, new Augmentation(4, true));

    public Recipe {
        requirePositive("--epochs", epochs);
        requirePositive("--batch", batch);
        requireRate("--lr", adapterRate);
        requireRate("--head-lr", headRate);
        requireRate("--alpha-lr", scalarRate);
    }

    private static void requirePositive(String name, int value) {
        if (value < 1) {
            throw new InputException(name + ": expected 1 or more, found " + value + "; choose such a number");
        }
    }

    private static void requireRate(String name, double value) {
        if (!(value >= 0 && value <= 1)) {
            throw new InputException(name + ": expected 0 to 1, found " + value + "; choose a number in that range");
        }
    }
}
