package ham.export.patch;

import ham.merge.InputException;
import ham.merge.combine.Branch;
import java.util.ArrayList;
import java.util.List;

/**
 * The values of a changed float32 constant, as what a prediction misses: the values that are there, plus the change that factors make, plus for
 * every value how many floats it lies away from that. Exact, whatever made the values.
 */
final class ChangedValues {
    /** Damage must not make us ask for all memory. */
    private static final int MOST_PARTS = 1 << 10;

    private ChangedValues() {}

    /**
     * Describes new values.
     *
     * @param base the values that are there
     * @param columns of the constant
     * @param values what they become
     * @param parts what changes them
     */
    static byte[] encode(float[] base, int columns, float[] values, List<FactoredChange> parts) {
        RangeEncoder coder = new RangeEncoder();
        Numbers numbers = new Numbers(coder);
        numbers.integer(parts.size());
        numbers.integer(columns);
        parts.forEach(part -> FactoredChange.code(numbers, part));
        float[] predicted = base.clone();
        parts.forEach(part -> part.addTo(predicted, columns));
        for (int i = 0; i < values.length; i++) {
            numbers.difference(number(values[i]) - number(predicted[i]));
        }
        return coder.finish();
    }

    /** Describes values of which nothing is known. */
    static byte[] encode(float[] values) {
        RangeEncoder coder = new RangeEncoder();
        new Numbers(coder).floats(values);
        return coder.finish();
    }

    /** Fills {@code values}, all of which are new. */
    static void decodeNew(float[] values, byte[] bytes) {
        new Numbers(new RangeDecoder(bytes)).floats(values);
    }

    /** Turns {@code base} into the new values. */
    static void decode(float[] base, byte[] bytes) {
        Numbers numbers = new Numbers(new RangeDecoder(bytes));
        int count = numbers.integer(0);
        int columns = numbers.integer(0);
        if (count < 0 || count > MOST_PARTS) {
            throw new InputException("a patch claims " + count + " parts for one weight; it is damaged");
        }
        List<FactoredChange> parts = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            parts.add(FactoredChange.code(numbers, null));
        }
        parts.forEach(part -> part.addTo(base, columns));
        for (int i = 0; i < base.length; i++) {
            int ordered = number(base[i]) + numbers.difference(0);
            base[i] = Float.intBitsToFloat(Numbers.ordered(ordered));
        }
    }

    private static int number(float value) {
        return Numbers.ordered(Float.floatToRawIntBits(value));
    }

    /** Numbers that factors hold, of which a zero costs next to nothing. */
    static long nonZeros(List<FactoredChange> parts) {
        long count = 0;
        for (FactoredChange part : parts) {
            for (Branch branch : part.branches()) {
                count += nonZeros(branch.factors().a().data())
                        + nonZeros(branch.factors().b().data());
            }
        }
        return count;
    }

    private static long nonZeros(float[] values) {
        long count = 0;
        for (float value : values) {
            count += value == 0 ? 0 : 1;
        }
        return count;
    }
}
