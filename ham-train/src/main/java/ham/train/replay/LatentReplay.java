package ham.train.replay;

import ham.train.seed.Seeds;
import java.util.Random;
import java.util.function.UnaryOperator;

/**
 * Draws latents of earlier classes for the steps of one task; what a step gets follows from (seed, task, step) alone.
 *
 * <p>A latent is a mean of a class and a difference; both are drawn for each latent, classes alike often. The differences come from a stock of
 * {@value #STOCK} that is drawn once a task, so a step costs little.
 */
public final class LatentReplay {
    private static final int STOCK = 4096;

    private final ClassLatents states;
    private final UnaryOperator<float[]> before;
    private final int count;
    private final long seed;
    private final int task;
    private final float[] stock;

    /**
     * Draws the stock.
     *
     * @param states of the classes so far
     * @param before features [n, d] of latents [n, width] by the model before the task
     * @param count latents a step
     * @param seed the run's
     */
    public LatentReplay(ClassLatents states, UnaryOperator<float[]> before, int count, long seed, int task) {
        this.states = states;
        this.before = before;
        this.count = count;
        this.seed = seed;
        this.task = task;
        stock = states.differences(STOCK, Seeds.random(seed, "state differences", task));
    }

    /** The latents of a step, from 0. */
    public ReplayedLatents draw(int step) {
        Random random = Seeds.random(seed, "replay", task, step);
        int width = states.width();
        float[] values = new float[count * width];
        int[] positions = new int[count];
        for (int i = 0; i < count; i++) {
            positions[i] = random.nextInt(states.classes());
            states.drawMean(positions[i], random, values, i);
            int difference = random.nextInt(STOCK) * width;
            for (int a = 0; a < width; a++) {
                values[i * width + a] += stock[difference + a];
            }
        }
        return new ReplayedLatents(values, positions, before.apply(values));
    }
}
