package ham.train.optimize;

import java.util.List;

/**
 * Adam without weight decay: {@code p -= rate * mHat / (sqrt(vHat) + eps)}, betas 0.9 and 0.999, eps 1e-8.
 *
 * <p>Source: Kingma and Ba, arXiv 1412.6980, algorithm 1.
 */
public final class Adam {
    private static final double BETA_1 = 0.9;
    private static final double BETA_2 = 0.999;
    private static final double EPSILON = 1e-8;

    private final List<Parameter> parameters;
    private final List<double[]> firstMoments;
    private final List<double[]> secondMoments;
    private int steps;

    /** Moments start at zero. */
    public Adam(List<Parameter> parameters) {
        this.parameters = List.copyOf(parameters);
        firstMoments = zeros();
        secondMoments = zeros();
    }

    private List<double[]> zeros() {
        return parameters.stream().map(p -> new double[p.size()]).toList();
    }

    /**
     * One step.
     *
     * @param gradients one array a parameter, in the parameters' order
     * @param factor the schedule's factor on every parameter's own learning rate
     */
    public void update(List<float[]> gradients, double factor) {
        steps++;
        double correction1 = 1 - Math.pow(BETA_1, steps);
        double correction2 = 1 - Math.pow(BETA_2, steps);
        for (int p = 0; p < parameters.size(); p++) {
            Parameter parameter = parameters.get(p);
            float[] gradient = gradients.get(p);
            double[] first = firstMoments.get(p);
            double[] second = secondMoments.get(p);
            double rate = parameter.learningRate() * factor;
            for (int i = 0; i < gradient.length; i++) {
                double g = gradient[i];
                first[i] = BETA_1 * first[i] + (1 - BETA_1) * g;
                second[i] = BETA_2 * second[i] + (1 - BETA_2) * g * g;
                double change = first[i] / correction1 / (Math.sqrt(second[i] / correction2) + EPSILON);
                parameter.set(i, (float) (parameter.get(i) - rate * change));
            }
        }
    }
}
