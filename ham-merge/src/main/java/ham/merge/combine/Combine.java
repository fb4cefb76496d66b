package ham.merge.combine;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/** How the groups add up to the merged delta. */
public enum Combine {
    /** {@code sum_j alpha_Gj DW_Gj}: the function that was trained. */
    SUM,
    /** The sum divided by {@code sum_j alpha_Gj}; needs every {@code alpha_Gj > 0}. */
    MEAN,
    /** The least-squares merge of the groups by the Gram matrices of their members' inputs, which in every group is that of its members; needs these. */
    REGMEAN;

    /** The name in options and records. */
    @JsonValue
    public String optionName() {
        return name().toLowerCase(Locale.ROOT);
    }
}
