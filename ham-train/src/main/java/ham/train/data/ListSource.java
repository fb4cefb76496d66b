package ham.train.data;

import ham.merge.InputException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * A list of examples and the part that its name or folder says.
 *
 * @param part the names of that part; empty where each row must say it
 */
record ListSource(Path list, Optional<List<String>> part) {
    private static final Set<String> KINDS = Set.of("csv", "tsv", "json", "jsonl", "ndjson");

    /** Lists whose name says the part may be of this kind too; other files of it hold anything. */
    private static final String TEXT = "txt";

    /** Whether a file is a list by its name. */
    static boolean isList(Path file) {
        return Files.isRegularFile(file) && KINDS.contains(ListRows.extension(file));
    }

    /**
     * The lists of a file or a folder: one of each part, or else one of all.
     *
     * @param whole names that a list of all may have, without their endings
     */
    static List<ListSource> find(Path data, List<String> whole) {
        if (Files.isRegularFile(data)) {
            return isList(data) || ListRows.extension(data).equals(TEXT)
                    ? List.of(new ListSource(data, Optional.empty()))
                    : List.of();
        }
        List<ListSource> lists = new ArrayList<>();
        for (List<String> part : List.of(ImageNames.TRAIN, ImageNames.TEST)) {
            part.stream()
                    .flatMap(name -> list(data, List.of(name), true).stream())
                    .findFirst()
                    .or(() -> ImageNames.part(data, part).flatMap(each -> list(each, whole, false)))
                    .ifPresent(list -> lists.add(new ListSource(list, Optional.of(part))));
        }
        if (lists.isEmpty()) {
            list(data, whole, false).ifPresent(list -> lists.add(new ListSource(list, Optional.empty())));
        }
        return lists;
    }

    private static Optional<Path> list(Path folder, List<String> names, boolean lines) {
        if (!Files.isDirectory(folder)) {
            return Optional.empty();
        }
        return ImageNames.entries(folder).stream()
                .filter(file -> isList(file)
                        || (lines
                                && Files.isRegularFile(file)
                                && ListRows.extension(file).equals(TEXT)))
                .filter(file -> {
                    String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
                    return names.contains(name.substring(0, name.lastIndexOf('.')));
                })
                .findFirst();
    }

    /**
     * Whether a row is to be learnt from.
     *
     * @param rowPart what the row says of its part; empty where it says nothing
     * @param where the row, for messages
     * @throws InputException where nothing says it
     */
    boolean isTraining(String rowPart, String where, Wanted wanted) {
        if (part.isPresent()) {
            return part.get().equals(ImageNames.TRAIN);
        }
        String lower = rowPart.toLowerCase(Locale.ROOT);
        if (ImageNames.TRAIN.contains(lower)) {
            return true;
        }
        if (ImageNames.TEST.contains(lower)) {
            return false;
        }
        if (lower.isEmpty() && wanted != Wanted.BOTH) {
            return false;
        }
        throw new InputException(
                list,
                where + ": expected in which part it is (split: train, or test, val, validation), found "
                        + (lower.isEmpty() ? "nothing" : "'" + rowPart + "'")
                        + "; add such a column, or give train.csv and test.csv");
    }

    /**
     * Of rows to measure with those of the first part that is there.
     *
     * @param part what a row says of its part
     */
    static <T> List<T> first(List<T> rows, Function<T, String> part) {
        return ImageNames.TEST.stream()
                .map(name -> rows.stream()
                        .filter(row -> part.apply(row).equalsIgnoreCase(name))
                        .toList())
                .filter(found -> !found.isEmpty())
                .findFirst()
                .orElse(rows);
    }

    /** Refuses a data set without one of its parts where both are wanted. */
    static void requireParts(Path data, String kind, boolean train, boolean test, Wanted wanted) {
        if (wanted == Wanted.BOTH && !(train && test)) {
            throw new InputException(
                    data,
                    "expected lists of " + kind + " to learn from and to measure with, found none of "
                            + (train ? "the second" : "the first")
                            + "; give train.csv and test.csv, or a column split with train and test");
        }
    }
}
