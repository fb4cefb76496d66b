package ham.merge.record;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/** Where the adapters of a merge come from. */
public enum MergeMode {
    /** Each was trained beside the frozen groups before it, whose scalars trained on (the paper's setting), or went on from the one before. */
    SEQUENTIAL,
    /** Each was trained alone. */
    INDEPENDENT;

    /** The name in files and options. */
    @JsonValue
    public String optionName() {
        return name().toLowerCase(Locale.ROOT);
    }
}
