package ham.report.chart;

/**
 * What a direction of a plot means.
 *
 * @param label in words
 * @param unit of its values
 * @param form how values are spread
 */
public record Axis(String label, Unit unit, Form form) {
    /** How values are spread over an axis. */
    public enum Form {
        /** Evenly, over the range of the values. */
        FITTED,
        /** Evenly, from zero (or below, where there are negative values). */
        FROM_ZERO,
        /** By their logarithm; only positive values have a place. */
        LOGARITHMIC,
        /** As FITTED, with marks at whole numbers only. */
        COUNT
    }

    /** An axis of numbers without a unit, over the range of its values. */
    public static Axis of(String label) {
        return new Axis(label, Unit.NONE, Form.FITTED);
    }

    /** Whole numbers: tasks. */
    public static Axis count(String label) {
        return new Axis(label, Unit.NONE, Form.COUNT);
    }

    /** The same axis in a unit. */
    public Axis in(Unit of) {
        return new Axis(label, of, form);
    }

    /** The same axis in another form. */
    public Axis as(Form of) {
        return new Axis(label, unit, of);
    }

    /** Whether a value has a place on the axis. */
    boolean shows(double value) {
        return Double.isFinite(value) && (form != Form.LOGARITHMIC || value > 0);
    }

    /** What is written beside the axis. */
    String heading() {
        return unit.suffix().isEmpty() ? label : label + " in " + unit.suffix();
    }
}
