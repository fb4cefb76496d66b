package ham.report.record;

import java.util.List;

/**
 * A series of a chart.
 *
 * @param name in the legend
 * @param x numbers, or names of bars
 * @param y a value an x, null for a gap
 * @param low lower ends of a band, or empty
 * @param high upper ends of it, or empty
 */
public record SeriesDocument(String name, List<?> x, List<Double> y, List<Double> low, List<Double> high) {
    public SeriesDocument {
        name = name == null ? "" : name;
        x = x == null ? List.of() : x;
        y = Binding.orEmpty(y);
        low = Binding.orEmpty(low);
        high = Binding.orEmpty(high);
    }
}
