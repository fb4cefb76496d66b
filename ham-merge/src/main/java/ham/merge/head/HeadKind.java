package ham.merge.head;

import java.util.Locale;

/** The three classifier heads, under the names that options and files use in lower case. */
public enum HeadKind {
    LINEAR,
    PROTOTYPE,
    ANALYTIC;

    /** The name in options and in the metadata of {@code head.safetensors}. */
    public String optionName() {
        return name().toLowerCase(Locale.ROOT);
    }
}
