package ham.export.bake.match;

import java.util.Locale;

/**
 * How what stands at a place is the base's weights.
 *
 * @param factor what they are multiplied by, as where an exporter folds the scale of attention into the query; 1 mostly
 * @param exact whether every value is the base's, rounded to the format that it is stored in
 * @param text for people
 */
public record Likeness(double factor, boolean exact, String text) {
    static Likeness exact(String text) {
        return new Likeness(1, true, text);
    }

    static Likeness near(String text) {
        return new Likeness(1, false, text);
    }

    static Likeness times(double factor, double distance) {
        String times = String.format(Locale.ROOT, "equal content times %.7g", factor);
        return new Likeness(
                factor, false, distance == 0 ? times : times + String.format(Locale.ROOT, " within %.0e", distance));
    }
}
