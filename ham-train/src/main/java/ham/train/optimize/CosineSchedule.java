package ham.train.optimize;

/** Learning-rate factor from 1 at the first step to 0 after the last (Loshchilov and Hutter, arXiv 1608.03983). */
public final class CosineSchedule {
    private CosineSchedule() {}

    /**
     * The factor of one step.
     *
     * @param step from 0
     * @param steps of the whole task
     */
    public static double factor(int step, int steps) {
        return 0.5 * (1 + Math.cos(Math.PI * step / steps));
    }
}
