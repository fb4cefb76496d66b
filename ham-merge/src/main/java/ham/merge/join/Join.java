package ham.merge.join;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/** How a group's scalar changes when an adapter joins. */
public enum Join {
    /** {@code alpha_G <- (m alpha_G + alpha_i) / (m + 1)}, as in the paper. */
    MEAN,
    /** {@code B_G <- [alpha_G B_G, alpha_i s B_i]}, {@code alpha_G <- 1}: joining does not change the function. */
    FOLD;

    /** The name in options and records. */
    @JsonValue
    public String optionName() {
        return name().toLowerCase(Locale.ROOT);
    }
}
