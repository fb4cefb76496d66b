package ham.merge.method;

import ham.merge.InputException;
import java.math.BigDecimal;

/** Checks that several methods share. */
final class Parameters {
    private Parameters() {}

    static void requireFraction(String name, BigDecimal value) {
        if (value.signum() <= 0 || value.compareTo(BigDecimal.ONE) > 0) {
            throw new InputException(name + ": expected a fraction above 0 and at most 1, found " + value);
        }
    }

    static void requireFinite(String name, double value) {
        if (!Double.isFinite(value)) {
            throw new InputException(name + ": expected a finite number, found " + value);
        }
    }
}
