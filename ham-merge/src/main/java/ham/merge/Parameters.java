package ham.merge;

import java.math.BigDecimal;

/** Checks that several methods share. */
public final class Parameters {
    private Parameters() {}

    public static void requireFraction(String name, BigDecimal value) {
        if (value.signum() <= 0 || value.compareTo(BigDecimal.ONE) > 0) {
            throw InputException.parameter(name, "expected a fraction above 0 and at most 1, found " + value);
        }
    }

    public static void requireFinite(String name, double value) {
        if (!Double.isFinite(value)) {
            throw InputException.parameter(name, "expected a finite number, found " + value);
        }
    }
}
