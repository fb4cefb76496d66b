package ham.export.patch;

import java.util.Arrays;
import java.util.Optional;

/**
 * One piece of the result, from its beginning to its end.
 *
 * @param kind how it is made
 * @param from where in the base the bytes stand that are copied or changed; 0 where none are needed
 * @param length bytes of the result
 */
record PatchStep(Kind kind, long from, int length) {
    /** How a piece is made, and the number of that in a file. */
    enum Kind {
        /** Bytes of the base as they are. */
        COPY(0),
        /** The next bytes of those that the patch holds. */
        LITERAL(1),
        /** Float32 values of the base, changed as the next {@link ChangedValues} say. */
        CHANGE(2),
        /** Float32 values that the base has no like of, as the next {@link ChangedValues} say. */
        NEW(3);

        private final int number;

        Kind(int number) {
            this.number = number;
        }

        int number() {
            return number;
        }

        static Optional<Kind> of(long number) {
            return Arrays.stream(values()).filter(kind -> kind.number == number).findFirst();
        }
    }
}
