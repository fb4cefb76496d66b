package ham.export.precision;

import ham.merge.InputException;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * In which numbers a graph computes.
 *
 * @param precision the format
 * @param flavor whom the graph is written for
 * @param floatLayers int8: linear layers of which this finds a part of the name (that of their weight without {@code .weight}) stay float32
 * @param calibration int8: fixes the ranges of activations; without it they are measured at every run
 */
public record NumberFormat(
        Precision precision, Flavor flavor, Optional<Pattern> floatLayers, Optional<Calibration> calibration) {

    /** Float32 for every runtime. */
    public static final NumberFormat PLAIN = of(Precision.FP32, Flavor.STANDARD);

    /**
     * Checks that the options fit together.
     *
     * @throws InputException if something is given that only int8 has
     */
    public NumberFormat {
        if (precision != Precision.INT8 && (floatLayers.isPresent() || calibration.isPresent())) {
            throw InputException.parameter(
                    "precision",
                    "expected int8 where calibration or float layers are given, found " + precision.optionName()
                            + "; leave them out or choose int8");
        }
    }

    /** A format without calibration in which no layer is an exception. */
    public static NumberFormat of(Precision precision, Flavor flavor) {
        return new NumberFormat(precision, flavor, Optional.empty(), Optional.empty());
    }

    /** The same for others. */
    public NumberFormat of(Flavor other) {
        return new NumberFormat(precision, other, floatLayers, calibration);
    }

    /** The same with ranges from these images. */
    public NumberFormat withCalibration(Calibration images) {
        return new NumberFormat(precision, flavor, floatLayers, Optional.of(images));
    }

    /** The same with these linear layers in float32. */
    public NumberFormat withFloatLayers(Pattern layers) {
        return new NumberFormat(precision, flavor, Optional.of(layers), calibration);
    }

    /** What metadata and reports call it: {@code fp32}, {@code fp16}, {@code int8 dynamic} or {@code int8 static}. */
    public String text() {
        if (precision != Precision.INT8) {
            return precision.optionName();
        }
        return precision.optionName() + (calibration.isPresent() ? " static" : " dynamic");
    }
}
