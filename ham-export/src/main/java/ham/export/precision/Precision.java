package ham.export.precision;

import java.util.Locale;

/** The format of weights and activations between a graph's input and its classifier. */
public enum Precision {
    FP32,
    FP16,
    /** Linear layers multiply 8-bit integers; all else stays float32. */
    INT8;

    /** The name that options and metadata use, such as {@code int8}. */
    public String optionName() {
        return name().toLowerCase(Locale.ROOT);
    }
}
