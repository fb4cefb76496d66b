package ham.report.chart;

import java.util.List;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/**
 * Named values.
 *
 * @param name in the legend
 * @param x where each value belongs
 * @param y the values; NaN where there is none
 * @param low lower ends of the intervals of y, NaN where there is none; empty for no intervals at all
 * @param high upper ends, as many as there are lower ends
 */
public record Series(String name, List<Double> x, List<Double> y, List<Double> low, List<Double> high) {
    /** @throws IllegalArgumentException when the lists are not of one length */
    public Series {
        x = List.copyOf(x);
        y = List.copyOf(y);
        low = List.copyOf(low);
        high = List.copyOf(high);
        if (x.size() != y.size() || low.size() != high.size() || (!low.isEmpty() && low.size() != y.size())) {
            throw new IllegalArgumentException("series " + name + ": expected as many x, y, low and high, found "
                    + x.size() + ", " + y.size() + ", " + low.size() + " and " + high.size());
        }
    }

    /** Values without intervals. */
    public static Series of(String name, List<Double> x, List<Double> y) {
        return new Series(name, x, y, List.of(), List.of());
    }

    /** A value for each of 1, 2, ...: tasks. */
    public static Series counted(String name, List<Double> y) {
        return of(
                name,
                IntStream.rangeClosed(1, y.size()).mapToObj(i -> (double) i).toList(),
                y);
    }

    /** Whether value i has an interval. */
    boolean hasInterval(int i) {
        return !low.isEmpty() && Double.isFinite(low.get(i)) && Double.isFinite(high.get(i));
    }

    /** The value, with its interval where it has one. */
    String text(int i, Unit unit) {
        return unit.text(y.get(i))
                + (hasInterval(i) ? " (" + unit.text(low.get(i)) + " to " + unit.text(high.get(i)) + ")" : "");
    }

    /** All values and ends of intervals. */
    public DoubleStream values() {
        return DoubleStream.concat(
                y.stream().mapToDouble(each -> each),
                DoubleStream.concat(
                        low.stream().mapToDouble(each -> each), high.stream().mapToDouble(each -> each)));
    }
}
