package ham.train.head;

import ham.merge.InputException;
import java.util.OptionalDouble;

/**
 * How the analytic head's lambda is chosen.
 *
 * @param accumulates whether the held-out losses of all tasks so far count, each measured with the statistics of its time, instead of the
 *     present task's alone
 * @param fixed lambda as a multiple of the mean of G's diagonal for one image, where nothing is chosen
 */
public record RidgeRule(boolean accumulates, OptionalDouble fixed) {
    /** The smallest loss on the present task's held-out images. */
    public static final RidgeRule TASK = new RidgeRule(false, OptionalDouble.empty());
    /** The smallest sum of the losses on the held-out images of all tasks so far. */
    public static final RidgeRule SUM = new RidgeRule(true, OptionalDouble.empty());

    /**
     * Checks the range.
     *
     * @throws InputException naming the option
     */
    public RidgeRule {
        if (fixed.isPresent() && !(fixed.getAsDouble() > 0 && Double.isFinite(fixed.getAsDouble()))) {
            throw InputException.parameter(
                    "ridge", "expected task, sum or a positive number, found " + fixed.getAsDouble());
        }
    }

    /** Always the same multiple. */
    public static RidgeRule fixed(double multiple) {
        return new RidgeRule(false, OptionalDouble.of(multiple));
    }

    /**
     * The rule of a name: {@code task}, {@code sum} or a number.
     *
     * @throws InputException when it is none of them
     */
    public static RidgeRule parse(String text) {
        return switch (text) {
            case "task" -> TASK;
            case "sum" -> SUM;
            default -> {
                try {
                    yield fixed(Double.parseDouble(text));
                } catch (NumberFormatException e) {
                    throw InputException.parameter(
                            "ridge", "expected task, sum or a positive number, found '" + text + "'");
                }
            }
        };
    }

    /** The name that {@link #parse} takes. */
    public String optionName() {
        return fixed.isPresent() ? String.valueOf(fixed.getAsDouble()) : accumulates ? "sum" : "task";
    }
}
