package ham.train.guard;

import ham.merge.InputException;
import java.math.BigDecimal;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Which parts of the merged delta are compared on held-out images.
 *
 * @param scales ascending, from 0 (the frozen backbone) to 1 (all of the delta); empty where nothing is compared
 */
public record GuardRule(List<BigDecimal> scales) {
    /** Nothing, half and all. */
    public static final GuardRule DEFAULT = of(new BigDecimal("0.5"));
    /** All of the merged delta is deployed, whatever it does. */
    public static final GuardRule OFF = new GuardRule(List.of());

    public GuardRule {
        scales = List.copyOf(scales);
    }

    /**
     * Compares nothing, all, and what is between.
     *
     * @param between any numbers from 0 to 1
     * @throws InputException naming the parameter, when one is out of this range
     */
    public static GuardRule of(BigDecimal... between) {
        TreeSet<BigDecimal> all = new TreeSet<>(List.of(BigDecimal.ZERO, BigDecimal.ONE));
        for (BigDecimal each : between) {
            if (each.signum() < 0 || each.compareTo(BigDecimal.ONE) > 0) {
                throw wrong(each.toPlainString());
            }
            all.add(each.signum() == 0 ? BigDecimal.ZERO : each.stripTrailingZeros());
        }
        return new GuardRule(List.copyOf(all));
    }

    /**
     * The rule of a name: {@code off}, or numbers from 0 to 1 beside 0 and 1 themselves.
     *
     * @throws InputException naming the parameter, when it is neither
     */
    public static GuardRule parse(String text) {
        if (text.equals("off")) {
            return OFF;
        }
        try {
            return of(Stream.of(text.split(",", -1)).map(BigDecimal::new).toArray(BigDecimal[]::new));
        } catch (NumberFormatException e) {
            throw wrong("'" + text + "'");
        }
    }

    private static InputException wrong(String found) {
        return InputException.parameter(
                "guard", "expected off, or parts of the merged delta from 0 to 1 as 0.25,0.5, found " + found);
    }

    /** Whether anything is compared. */
    public boolean isUsed() {
        return !scales.isEmpty();
    }

    /** The name that {@link #parse} takes. */
    public String optionName() {
        List<BigDecimal> between = scales.stream()
                .filter(each -> each.signum() > 0 && each.compareTo(BigDecimal.ONE) < 0)
                .toList();
        return isUsed()
                ? Optional.of(between).filter(some -> !some.isEmpty()).orElse(List.of(BigDecimal.ONE)).stream()
                        .map(BigDecimal::toPlainString)
                        .collect(Collectors.joining(","))
                : "off";
    }
}
