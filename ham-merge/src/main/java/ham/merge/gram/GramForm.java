package ham.merge.gram;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/** How much of a Gram matrix is kept. */
public enum GramForm {
    /** All of it, [d, d]. */
    FULL,
    /** Its leading directions, [k, d]. */
    FACTORS,
    /** Its diagonal, [d]. */
    DIAGONAL;

    /** The name in options and records. */
    @JsonValue
    public String optionName() {
        return name().toLowerCase(Locale.ROOT);
    }
}
