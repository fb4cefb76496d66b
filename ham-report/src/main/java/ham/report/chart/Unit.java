package ham.report.chart;

import java.util.Locale;

/**
 * How values are written.
 *
 * @param suffix behind a number; empty for none
 * @param factor from a value to the number shown
 */
public record Unit(String suffix, double factor) {
    /** Plain numbers. */
    public static final Unit NONE = new Unit("", 1);
    /** Fractions, shown in percent. */
    public static final Unit FRACTION = new Unit("%", 100);

    /** A unit by its name; {@code fraction} is {@link #FRACTION}. */
    public static Unit of(String name) {
        return name.equals("fraction") ? FRACTION : new Unit(name, 1);
    }

    /** A value with about four significant digits (percent: two decimals), and its unit. */
    public String text(double value) {
        double shown = value * factor;
        return suffix.equals("%")
                ? String.format(Locale.ROOT, "%.2f %%", shown)
                : withoutZeros(number(shown)) + (suffix.isEmpty() ? "" : " " + suffix);
    }

    private static String withoutZeros(String number) {
        return number.contains(".") && !number.contains("e") ? number.replaceFirst("\\.?0+$", "") : number;
    }

    /** A number with about four significant digits. */
    public static String number(double value) {
        double size = Math.abs(value);
        if (!Double.isFinite(value)) {
            return "-";
        }
        if (value == Math.rint(value) && size < 1e7) {
            return String.format(Locale.ROOT, "%.0f", value);
        }
        if (size >= 1e7 || size < 1e-4) {
            return String.format(Locale.ROOT, "%.2e", value);
        }
        int decimals = Math.max(0, 3 - (int) Math.floor(Math.log10(size)));
        return String.format(Locale.ROOT, "%." + decimals + "f", value);
    }
}
