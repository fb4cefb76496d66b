package ham.export.fleet;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Names of external data that updates make, {@code STEM-0123456789ab.data}: those of two contents are never the same. */
final class DataNames {
    private static final Pattern MADE = Pattern.compile("(.+)-[0-9a-f]{12}\\.data");
    private static final int DIGITS = 12;

    private DataNames() {}

    /** The name of data that takes the place of other data. */
    static String of(String location, String sha256) {
        return stem(location) + "-" + sha256.substring(0, DIGITS) + ".data";
    }

    /** Whether an update gave that name. */
    static boolean isMade(String name) {
        return MADE.matcher(name).matches();
    }

    /** What names of data that follow each other have in common. */
    static String stem(String location) {
        Matcher made = MADE.matcher(location);
        return made.matches() ? made.group(1) : location.replaceFirst("\\.data$", "");
    }
}
