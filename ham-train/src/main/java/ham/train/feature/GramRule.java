package ham.train.feature;

import ham.merge.InputException;
import ham.merge.gram.GramForm;
import ham.merge.gram.InputGram;
import java.util.Set;

/**
 * What of the Gram matrices of its layers' inputs an adapter leaves in its folder.
 *
 * @param kind what {@link #rank} does not say: {@code auto} (all of them where the method merges by them, else none), {@code none}, {@code full},
 *     {@code diagonal} or {@code factors}
 * @param rank directions that are kept where kind is {@code factors}, else 0
 */
public record GramRule(String kind, int rank) {
    private static final Set<String> NAMES = Set.of("auto", "none", "full", "diagonal");

    /** All of them where the method merges by them, else none. */
    public static final GramRule AUTO = new GramRule("auto", 0);

    /**
     * The rule of a name: {@code auto}, {@code none}, {@code full}, {@code diagonal} or a number of directions.
     *
     * @throws InputException naming the parameter, when it is none of them
     */
    public static GramRule parse(String text) {
        if (NAMES.contains(text)) {
            return new GramRule(text, 0);
        }
        if (!text.matches("[1-9]\\d{0,5}")) {
            throw InputException.parameter(
                    "gram", "expected auto, none, full, diagonal or a number of directions, found '" + text + "'");
        }
        return new GramRule("factors", Integer.parseInt(text));
    }

    /** The name that {@link #parse} takes. */
    public String optionName() {
        return rank > 0 ? String.valueOf(rank) : kind;
    }

    /**
     * Whether anything is left.
     *
     * @param needed whether the method merges by them
     */
    public boolean isUsed(boolean needed) {
        return kind.equals("auto") ? needed : !kind.equals("none");
    }

    /** Whether a Gram matrix is what this rule leaves of one. */
    public boolean leaves(InputGram gram) {
        if (rank > 0) {
            return gram.form() == GramForm.FULL
                    ? rank >= gram.inputs()
                    : gram.form() == GramForm.FACTORS && gram.values().rows() == rank;
        }
        return gram.form() == (kind.equals(GramForm.DIAGONAL.optionName()) ? GramForm.DIAGONAL : GramForm.FULL);
    }

    /** What is left of a Gram matrix. */
    public InputGram of(InputGram whole) {
        if (rank > 0) {
            return whole.factors(rank);
        }
        return kind.equals(GramForm.DIAGONAL.optionName()) ? whole.diagonal() : whole;
    }
}
