package ham.report.chart;

/**
 * A mark of an axis.
 *
 * @param value where it stands, in the axis' values
 * @param label what is written beside it
 */
record Tick(double value, String label) {}
