package ham.merge.method;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/** How adapters agree on the sign of an entry. An exact tie elects the positive sign, as in PEFT and mergekit. */
public enum SignRule {
    /** No election: every entry counts. */
    NONE,
    /** The sign of the sum of the weighted entries. */
    TOTAL,
    /** The sign that more of the weighted entries have; zeros do not vote. */
    FREQUENCY;

    /** The name in options and records. */
    @JsonValue
    public String optionName() {
        return name().toLowerCase(Locale.ROOT);
    }
}
