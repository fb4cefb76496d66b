package ham.report;

import ham.report.bench.BenchFigure;
import ham.report.bench.BenchRow;
import java.util.Locale;

/**
 * One measurement of a serving comparison for a page.
 *
 * @param row as it was measured
 */
record BenchResult(BenchRow row) {
    /** The way to deploy that the others are compared with. */
    static final String MERGED = "merged";

    String strategy() {
        return row.strategy() == null ? "" : row.strategy();
    }

    /** 0 where it is not recorded. */
    int tasks() {
        return row.tasks() == null ? 0 : row.tasks();
    }

    /** Scenario and traffic; what older files leave out was one request after the other. */
    String load() {
        String scenario = row.scenario() == null ? "" : row.scenario();
        String traffic = row.traffic() == null ? "" : row.traffic();
        return (scenario.isEmpty() ? "SingleStream" : scenario) + (traffic.isEmpty() ? "" : ", " + traffic);
    }

    boolean singleStream() {
        return load().startsWith("SingleStream");
    }

    /** A figure, NaN where it was not measured. */
    double figure(BenchFigure figure) {
        return row.figure(figure);
    }

    /** End 0 or 1 of the confidence interval of a figure, NaN where there is none. */
    double interval(BenchFigure figure, int end) {
        return row.interval(figure, end);
    }

    /** Whether it was measured and found to be unstable. */
    boolean unstable() {
        return row.stable() != null && !row.stable();
    }

    /** A figure with its interval, without unit. */
    String text(BenchFigure figure) {
        double value = figure(figure);
        if (!Double.isFinite(value)) {
            return "-";
        }
        String text = rounded(value);
        double low = interval(figure, 0);
        double high = interval(figure, 1);
        return Double.isFinite(low) && Double.isFinite(high)
                ? text + " [" + rounded(low) + ", " + rounded(high) + "]"
                : text;
    }

    private static String rounded(double value) {
        return String.format(
                Locale.ROOT, Math.abs(value) >= 1000 ? "%.0f" : Math.abs(value) >= 100 ? "%.1f" : "%.2f", value);
    }
}
