package ham.runtime.tensorrt.engine;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** What an engine may calculate in; TensorRT takes the fastest kernel among those that are allowed. */
public enum EnginePrecision {
    /** float32 as on the CPU, without TF32. */
    FP32(1e-3),
    /** float32 whose products keep 10 bits of the mantissa. */
    TF32(5e-3),
    /** float16 where it is faster, float32 elsewhere. */
    FP16(2e-2),
    /** int8 where the graph says how to quantise (QuantizeLinear), float16 elsewhere. */
    INT8(1e-1);

    private final double tolerance;

    EnginePrecision(double tolerance) {
        this.tolerance = tolerance;
    }

    /** The name that people type, for example {@code fp16}. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** How far the output may be from that of the CPU, as a fraction of the range of the latter. */
    public double tolerance() {
        return tolerance;
    }

    /** The precision with the given {@link #label}. */
    public static Optional<EnginePrecision> ofLabel(String label) {
        return Arrays.stream(values())
                .filter(each -> each.label().equals(label))
                .findFirst();
    }
}
