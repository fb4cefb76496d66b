package ham.train.optimize;

import java.util.List;

/**
 * Adam without weight decay, in Java: {@code p -= rate * mHat / (sqrt(vHat) + eps)}. The control of what the engine does in
 * {@code ham.train.lora}.
 *
 * <p>Source: Kingma and Ba, arXiv 1412.6980, algorithm 1.
 */
public final class Adam {
    /** Share of the first moment that stays. */
    public static final double BETA_1 = 0.9;
    /** Share of the second moment that stays. */
    public static final double BETA_2 = 0.999;
    /** What keeps the divisor from zero. */
    public static final double EPSILON = 1e-8;

    private Adam() {}

    /**
     * One step.
     *
     * @param step from 1
     * @param gradients one array a parameter, in the parameters' order
     * @param factor the schedule's factor on every parameter's own learning rate
     */
    public static void update(List<Parameter> parameters, int step, List<float[]> gradients, double factor) {
        double correction1 = correction(BETA_1, step);
        double correction2 = correction(BETA_2, step);
        for (int p = 0; p < parameters.size(); p++) {
            Parameter parameter = parameters.get(p);
            float[] gradient = gradients.get(p);
            FloatArray first = parameter.firstMoment();
            FloatArray second = parameter.secondMoment();
            double rate = parameter.learningRate() * factor;
            for (int i = 0; i < gradient.length; i++) {
                double g = gradient[i];
                double m = BETA_1 * first.get(i) + (1 - BETA_1) * g;
                double v = BETA_2 * second.get(i) + (1 - BETA_2) * g * g;
                first.set(i, (float) m);
                second.set(i, (float) v);
                double change = m / correction1 / (Math.sqrt(v / correction2) + EPSILON);
                parameter.set(i, (float) (parameter.get(i) - rate * change));
            }
        }
    }

    /**
     * What a moment is divided by because it began at zero.
     *
     * @param beta its share that stays
     * @param step from 1
     */
    public static double correction(double beta, int step) {
        return 1 - Math.pow(beta, step);
    }
}
