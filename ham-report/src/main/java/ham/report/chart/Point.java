package ham.report.chart;

/**
 * A labelled point of a scatter chart.
 *
 * @param label written beside it
 * @param x horizontal value
 * @param y vertical value
 */
public record Point(String label, double x, double y) {}
