package ham.train.optimize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

class AdamTest {
    @Test
    void firstStepMovesByTheLearningRateAgainstTheGradient() {
        Parameter parameter = new Parameter("p", 0.1, new float[] {1, 1, 1}, 3);
        Adam.update(List.of(parameter), 1, List.of(new float[] {5, -0.01f, 0}), 1);
        assertThat(parameter.values()).usingComparatorWithPrecision(1e-5f).containsExactly(0.9f, 1.1f, 1);
    }

    /** torch.optim.Adam(lr=0.1) on p = 2 with gradients 1, -2, 0.5: worked through from algorithm 1. */
    @Test
    void laterStepsFollowBiasCorrectedMoments() {
        Parameter parameter = new Parameter("p", 0.1, new float[] {2}, 1);
        double m = 0;
        double v = 0;
        double expected = 2;
        double[] gradients = {1, -2, 0.5};
        for (int t = 1; t <= 3; t++) {
            double g = gradients[t - 1];
            Adam.update(List.of(parameter), t, List.of(new float[] {(float) g}), 0.5);
            m = 0.9 * m + 0.1 * g;
            v = 0.999 * v + 0.001 * g * g;
            double mHat = m / (1 - Math.pow(0.9, t));
            double vHat = v / (1 - Math.pow(0.999, t));
            expected -= 0.05 * mHat / (Math.sqrt(vHat) + 1e-8);
        }
        assertThat((double) parameter.get(0)).isCloseTo(expected, within(1e-6));
    }

    @Test
    void findsTheMinimumOfAParabola() {
        Parameter parameter = new Parameter("p", 0.05, new float[] {-3, 4}, 2);
        for (int step = 0; step < 400; step++) {
            float[] gradient = {2 * (parameter.get(0) - 1), 2 * (parameter.get(1) - 2)};
            Adam.update(List.of(parameter), step + 1, List.of(gradient), CosineSchedule.factor(step, 400));
        }
        assertThat(parameter.values()).usingComparatorWithPrecision(1e-2f).containsExactly(1, 2);
    }

    @Test
    void cosineFallsFromOneToZero() {
        assertThat(CosineSchedule.factor(0, 10)).isEqualTo(1);
        assertThat(CosineSchedule.factor(5, 10)).isCloseTo(0.5, within(1e-12));
        assertThat(CosineSchedule.factor(10, 10)).isCloseTo(0, within(1e-12));
    }
}
