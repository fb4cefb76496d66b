package ham.export.precision;

import java.util.Locale;

/** How calibration makes one range from the many values that an activation takes. */
public enum RangeMethod {
    /** All values fit. */
    MINMAX,
    /** At most {@value #TAIL} of the values on either side do not fit: outliers are cut off for finer steps. */
    PERCENTILE;

    static final double TAIL = 1e-4;

    /** The name that options use, such as {@code percentile}. */
    public String optionName() {
        return name().toLowerCase(Locale.ROOT);
    }
}
