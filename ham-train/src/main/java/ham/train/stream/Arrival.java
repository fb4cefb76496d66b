package ham.train.stream;

import ham.merge.InputException;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Which order classes arrive in, as somebody chose it: NumPy's permutation of a seed, the order of the labels, or every label in its place.
 *
 * @param seed of the permutation; empty for one of the others
 * @param labels every label in the order of arrival; empty for one of the others
 */
public record Arrival(OptionalLong seed, List<Integer> labels) {
    /** The labels as they stand. */
    public static final Arrival NATURAL = new Arrival(OptionalLong.empty(), List.of());

    /** NumPy's legacy generator takes 32 bits. */
    private static final long LARGEST_SEED = 0xFFFFFFFFL;

    private static final String NATURAL_NAME = "natural";
    private static final Pattern SEED = Pattern.compile("-?\\d{1,18}");
    private static final Pattern LABELS = Pattern.compile("\\d{1,9}(,\\d{1,9})+");

    /**
     * Checks what needs no data.
     *
     * @throws InputException naming the option
     */
    public Arrival {
        labels = List.copyOf(labels);
        if (seed.isPresent() && (seed.getAsLong() < 0 || seed.getAsLong() > LARGEST_SEED)) {
            throw InputException.parameter(
                    "order", "expected natural or 0 to " + LARGEST_SEED + ", found " + seed.getAsLong());
        }
    }

    /** NumPy's permutation of a seed. */
    public static Arrival of(long seed) {
        return new Arrival(OptionalLong.of(seed), List.of());
    }

    /** Every label in its place. */
    public static Arrival of(List<Integer> labels) {
        return new Arrival(OptionalLong.empty(), labels);
    }

    /**
     * Reads what {@link #optionName} gives.
     *
     * @throws InputException when it is something else
     */
    public static Arrival parse(String text) {
        if (text.equals(NATURAL_NAME)) {
            return NATURAL;
        }
        if (SEED.matcher(text).matches()) {
            return of(Long.parseLong(text));
        }
        if (LABELS.matcher(text).matches()) {
            return of(Arrays.stream(text.split(",")).map(Integer::valueOf).toList());
        }
        throw InputException.parameter(
                "order", "expected a seed, 'natural', or every label separated by commas, found '" + text + "'");
    }

    /** The name in options and records. */
    public String optionName() {
        if (seed.isPresent()) {
            return String.valueOf(seed.getAsLong());
        }
        return labels.isEmpty()
                ? NATURAL_NAME
                : labels.stream().map(String::valueOf).collect(Collectors.joining(","));
    }

    /**
     * The order itself.
     *
     * @return position in the stream to label
     * @throws InputException when labels were given that are not those of so many classes
     */
    public int[] order(int classes) {
        if (seed.isPresent()) {
            return ClassOrder.numpy(seed.getAsLong(), classes);
        }
        if (labels.isEmpty()) {
            return ClassOrder.natural(classes);
        }
        int[] order = labels.stream().mapToInt(label -> label).toArray();
        int[] sorted = IntStream.of(order).sorted().toArray();
        if (!Arrays.equals(sorted, ClassOrder.natural(classes))) {
            throw InputException.parameter(
                    "order",
                    "expected each label from 0 to " + (classes - 1) + " once, found " + labels.size() + " labels from "
                            + sorted[0] + " to " + sorted[sorted.length - 1]);
        }
        return order;
    }
}
