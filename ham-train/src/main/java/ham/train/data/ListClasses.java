package ham.train.data;

import ham.merge.InputException;
import ham.train.data.file.TextLines;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * What the labels of lists mean: sorted by name, or as numbers where all are numbers; {@code labels.txt} or {@code classes.txt} beside the list
 * names numbers.
 *
 * @param names of the classes
 * @param numbers of the labels as lists have them; empty where labels are numbers that a file names
 * @param file the file that names them; empty where none does
 */
record ListClasses(List<String> names, Map<String, Integer> numbers, Optional<Path> file) {
    private static final String NUMBER = "\\d{1,9}";

    /**
     * Looks at all labels.
     *
     * @param list beside which class names may lie
     */
    static ListClasses of(Path list, Collection<String> labels) {
        Set<String> found = new TreeSet<>(labels);
        if (found.isEmpty() || !found.stream().allMatch(each -> each.matches(NUMBER))) {
            return of(List.copyOf(found));
        }
        List<String> numbers = found.stream()
                .map(Integer::valueOf)
                .distinct()
                .sorted()
                .map(String::valueOf)
                .toList();
        Optional<Path> file = Stream.of("labels.txt", "classes.txt")
                .map(list::resolveSibling)
                .filter(Files::isRegularFile)
                .findFirst();
        if (file.isEmpty()) {
            return of(numbers);
        }
        List<String> names = TextLines.names(file.get());
        int largest = Integer.parseInt(numbers.get(numbers.size() - 1));
        if (largest >= names.size()) {
            throw new InputException(
                    list,
                    "expected labels below " + names.size() + " (the names in "
                            + file.get().getFileName() + "), found " + largest
                            + "; use the names that belong to this list");
        }
        return new ListClasses(names, Map.of(), file);
    }

    /** Classes in this order, whose names are their labels. */
    static ListClasses of(List<String> names) {
        Map<String, Integer> numbers = new HashMap<>();
        for (String name : names) {
            numbers.put(name, numbers.size());
        }
        return new ListClasses(names, numbers, Optional.empty());
    }

    /** The number of a label. */
    int number(String label) {
        if (file.isPresent()) {
            return Integer.parseInt(label);
        }
        Integer found = numbers.get(label);
        return found != null ? found : numbers.get(String.valueOf(Integer.parseInt(label)));
    }
}
