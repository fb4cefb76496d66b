package ham.data.parquet;

import ham.merge.InputException;
import ham.train.data.DataLayout;
import ham.train.data.Dataset;
import ham.train.data.ImageSet;
import ham.train.data.Wanted;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Parquet files of images: {@code train-00000-of-00001.parquet}, {@code test-...}, {@code validation-...} in a folder or its folder {@code data},
 * or {@code train/0000.parquet}, {@code test/0000.parquet}. A part whose classes are all -1, as tests of contests are, is passed over.
 */
public final class ParquetImages implements DataLayout {
    private static final String PARQUET = ".parquet";
    private static final int DEPTH = 3;
    private static final Set<String> TRAIN = Set.of("train", "training");
    private static final List<String> TEST =
            List.of("test", "testing", "valid", "val", "validation", "dev", "eval", "");
    private static final Pattern WORD = Pattern.compile("[a-z]+");
    private static final Pattern NUMBER = Pattern.compile("-?\\d{1,9}");

    /** For {@link java.util.ServiceLoader}. */
    public ParquetImages() {}

    @Override
    public boolean isIn(Path data) {
        return !files(data).isEmpty();
    }

    private static List<Path> files(Path data) {
        if (!Files.exists(data)) {
            return List.of();
        }
        try (Stream<Path> files = Files.walk(data, DEPTH)) {
            return files.filter(file -> {
                        String name = file.getFileName().toString();
                        return name.toLowerCase(Locale.ROOT).endsWith(PARQUET)
                                && !name.startsWith(".")
                                && !name.startsWith("_");
                    })
                    .filter(Files::isRegularFile)
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw InputException.unreadable(data, e);
        }
    }

    /** The part that a file's name begins with, or its folder has. */
    private static String part(Path file) {
        String name = word(file.getFileName());
        if (isPart(name)) {
            return name;
        }
        Path folder = file.toAbsolutePath().getParent();
        String above = folder == null || folder.getFileName() == null ? "" : word(folder.getFileName());
        return isPart(above) ? above : "";
    }

    private static boolean isPart(String name) {
        return !name.isEmpty() && (TRAIN.contains(name) || TEST.contains(name));
    }

    private static String word(Path name) {
        Matcher word = WORD.matcher(name.toString().toLowerCase(Locale.ROOT));
        return word.lookingAt() ? word.group() : "";
    }

    private static void requireOne(Path data, List<Path> files) {
        Set<Path> roots = new LinkedHashSet<>();
        for (Path file : files) {
            Path folder = file.toAbsolutePath().getParent();
            roots.add(isPart(word(folder.getFileName())) ? folder.getParent() : folder);
        }
        if (roots.size() > 1) {
            throw new InputException(
                    data,
                    "expected one data set, found several ("
                            + String.join(
                                    ", ",
                                    roots.stream()
                                            .map(Path::getFileName)
                                            .map(Path::toString)
                                            .toList())
                            + "); give the folder of one");
        }
    }

    @Override
    public Dataset open(Path data, Wanted wanted) {
        List<Path> files = files(data);
        requireOne(data, files);
        Map<String, List<Path>> parts = new TreeMap<>();
        files.forEach(file ->
                parts.computeIfAbsent(part(file), key -> new ArrayList<>()).add(file));
        List<Path> training = wanted == Wanted.TEST
                ? List.of()
                : TRAIN.stream()
                        .flatMap(name -> parts.getOrDefault(name, List.of()).stream())
                        .toList();
        Table train = Table.of(training);
        Table test = Table.of(List.of());
        List<Path> testing = List.of();
        for (String name : TEST) {
            if (test.isEmpty() && parts.containsKey(name)) {
                testing = parts.get(name);
                test = Table.of(testing);
            }
        }
        if (wanted == Wanted.BOTH && (train.isEmpty() || test.isEmpty())) {
            throw new InputException(
                    data,
                    "expected parquet files to learn from and to measure with (train-*.parquet, test-*.parquet), found "
                            + (train.isEmpty() ? "none of the first" : "none of the second with classes"));
        }
        Classes classes = Classes.of(data, train, test);
        return new Dataset(
                classes.labelled(train),
                classes.labelled(test),
                classes.names(),
                Stream.concat(training.stream(), testing.stream()).toList());
    }

    /**
     * Images of some files.
     *
     * @param labels of every image, as the files have them
     * @param names of the classes by number; empty where the files do not say
     */
    private record Table(SpooledImages images, List<String> labels, List<String> names) {
        static Table of(List<Path> files) {
            if (files.isEmpty()) {
                return new Table(null, List.of(), List.of());
            }
            SpooledImages images = new SpooledImages();
            List<String> labels = new ArrayList<>();
            List<String> names = List.of();
            for (Path file : files) {
                List<String> found = new ImageTable(file).read((image, label, name) -> {
                    if (!label.equals("-1")) {
                        images.add(image, name);
                        labels.add(label);
                    }
                });
                names = found.isEmpty() ? names : found;
            }
            return new Table(images, labels, names);
        }

        boolean isEmpty() {
            return labels.isEmpty();
        }
    }

    /**
     * What labels mean.
     *
     * @param numbers label to number
     * @param names of the numbers
     */
    private record Classes(Path data, Map<String, Integer> numbers, List<String> names) {
        static Classes of(Path data, Table train, Table test) {
            Set<String> labels = new TreeSet<>(train.labels());
            labels.addAll(test.labels());
            List<String> names = train.names().isEmpty() ? test.names() : train.names();
            boolean numbered =
                    labels.stream().allMatch(each -> NUMBER.matcher(each).matches());
            Map<String, Integer> numbers = new TreeMap<>();
            if (numbered && !names.isEmpty()) {
                for (String label : labels) {
                    int number = Integer.parseInt(label);
                    if (number < 0 || number >= names.size()) {
                        throw new InputException(
                                data,
                                "expected classes below " + names.size() + ", as the files name so many, found "
                                        + label);
                    }
                    numbers.put(label, number);
                }
                return new Classes(data, numbers, names);
            }
            List<String> sorted = numbered
                    ? labels.stream()
                            .map(Integer::valueOf)
                            .sorted()
                            .map(String::valueOf)
                            .toList()
                    : List.copyOf(labels);
            sorted.forEach(label -> numbers.put(label, numbers.size()));
            return new Classes(data, numbers, sorted);
        }

        ImageSet labelled(Table table) {
            return table.isEmpty()
                    ? ImageSet.NONE
                    : table.images()
                            .labelled(table.labels().stream()
                                    .mapToInt(numbers::get)
                                    .toArray());
        }
    }
}
