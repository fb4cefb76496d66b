package ham.job.tune;

import ham.bench.latency.LatencySamples;
import java.util.List;

/**
 * How many times as long as the plain form another one takes: one quotient a turn, of neighbouring runs, so that what slows the whole machine down slows both.
 *
 * @param median of the turns
 * @param most upper end of the 95 % confidence interval of the median; NaN with fewer than six turns, which bound nothing
 */
record Quotient(double median, double most) {
    private static final double UNIT = 1e9;
    private static final double CONFIDENCE = 0.95;

    /** Of durations turn by turn, in ns, both of the same length. */
    static Quotient of(long[] plain, long[] other) {
        LatencySamples quotients = new LatencySamples();
        for (int turn = 0; turn < plain.length; turn++) {
            quotients.add(Math.round(UNIT * other[turn] / Math.max(1, plain[turn])));
        }
        return new Quotient(
                quotients.percentile(0.5) / UNIT,
                quotients.interval(0.5, CONFIDENCE).high() / UNIT);
    }

    /** Whether it is below a bound for certain. */
    boolean surelyBelow(double bound) {
        return most < bound;
    }

    /**
     * Which of several is the least.
     *
     * @param all the plain form first
     * @return 0, the plain form, unless others are below the bound for certain
     */
    static int least(List<Quotient> all, double bound) {
        int least = 0;
        for (int i = 1; i < all.size(); i++) {
            if (all.get(i).surelyBelow(bound) && (least == 0 || all.get(i).median < all.get(least).median)) {
                least = i;
            }
        }
        return least;
    }
}
