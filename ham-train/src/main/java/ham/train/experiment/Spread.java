package ham.train.experiment;

import java.util.List;

/**
 * A figure over several runs.
 *
 * @param mean NaN where there is none
 * @param deviation sample standard deviation, divided by count - 1; NaN with less than two
 * @param count how many runs
 */
public record Spread(double mean, double deviation, int count) {
    /** Of values of which none is NaN. */
    public static Spread of(List<Double> values) {
        int count = values.size();
        double mean = values.stream().mapToDouble(value -> value).average().orElse(Double.NaN);
        double squares = values.stream()
                .mapToDouble(value -> (value - mean) * (value - mean))
                .sum();
        return new Spread(mean, count < 2 ? Double.NaN : Math.sqrt(squares / (count - 1)), count);
    }
}
