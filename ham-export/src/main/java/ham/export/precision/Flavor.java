package ham.export.precision;

import java.util.Locale;

/** Whom a graph is written for. */
public enum Flavor {
    /** Every runtime: operators of the standard domain only. */
    STANDARD,
    /** ONNX Runtime on a CPU: its own operators too, where they are faster. */
    ORT;

    /** The name that options and metadata use, such as {@code ort}. */
    public String optionName() {
        return name().toLowerCase(Locale.ROOT);
    }
}
