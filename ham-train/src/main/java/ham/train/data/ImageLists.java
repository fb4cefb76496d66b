package ham.train.data;

import ham.merge.InputException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * Lists of images: {@code train.csv} and {@code test.csv} (also {@code val}, {@code valid}, {@code validation}; {@code .tsv}, {@code .json},
 * {@code .jsonl}), {@code .txt} with a path and a class in each
 * line), {@code metadata.csv} in the folders {@code train} and {@code test} (Hugging Face's image folders), or one list with a column
 * {@code split}. Classes are sorted: by name, or as numbers where all are; {@code labels.txt} or {@code classes.txt} beside the list names numbers.
 */
final class ImageLists implements DataLayout {
    private static final String NUMBER = "\\d{1,9}";
    private static final Set<String> KINDS = Set.of("csv", "tsv", "json", "jsonl", "ndjson");

    /** Lists whose name says the part may be of this kind too; other files of it hold anything. */
    private static final String TEXT = "txt";

    private static final List<String> WHOLE =
            List.of("metadata", "labels", "annotations", "data", "list", "images", "dataset");

    @Override
    public boolean isIn(Path data) {
        return Files.isRegularFile(data)
                ? KINDS.contains(ImageList.extension(data))
                        || ImageList.extension(data).equals(TEXT)
                : !lists(data).isEmpty();
    }

    /** A list and the part that its name or folder says; an empty one where it does not. */
    private record Source(Path list, Optional<List<String>> part) {}

    private static List<Source> lists(Path folder) {
        List<Source> lists = new ArrayList<>();
        for (List<String> part : List.of(ImageNames.TRAIN, ImageNames.TEST)) {
            part.stream()
                    .flatMap(name -> list(folder, List.of(name)).stream())
                    .findFirst()
                    .or(() -> ImageNames.part(folder, part).flatMap(each -> list(each, WHOLE)))
                    .ifPresent(list -> lists.add(new Source(list, Optional.of(part))));
        }
        if (lists.isEmpty()) {
            list(folder, WHOLE).ifPresent(list -> lists.add(new Source(list, Optional.empty())));
        }
        return lists;
    }

    private static Optional<Path> list(Path folder, List<String> names) {
        if (!Files.isDirectory(folder)) {
            return Optional.empty();
        }
        return ImageNames.entries(folder).stream()
                .filter(Files::isRegularFile)
                .filter(file -> KINDS.contains(ImageList.extension(file))
                        || (!names.equals(WHOLE) && ImageList.extension(file).equals(TEXT)))
                .filter(file -> {
                    String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
                    return names.contains(name.substring(0, name.lastIndexOf('.')));
                })
                .findFirst();
    }

    @Override
    public Dataset open(Path data, Wanted wanted) {
        List<Source> sources = Files.isRegularFile(data) ? List.of(new Source(data, Optional.empty())) : lists(data);
        List<ListedImage> train = new ArrayList<>();
        List<ListedImage> test = new ArrayList<>();
        List<Path> files = new ArrayList<>();
        for (Source source : sources) {
            files.add(source.list());
            for (ListedImage image : ImageList.read(source.list())) {
                (isTraining(source, image, wanted) ? train : test).add(image);
            }
        }
        if (wanted == Wanted.BOTH && (train.isEmpty() || test.isEmpty())) {
            throw new InputException(
                    data,
                    "expected lists of images to learn from and to measure with, found none of "
                            + (train.isEmpty() ? "the first" : "the second")
                            + "; give train.csv and test.csv, or a column split with train and test");
        }
        Path names = Stream.of("labels.txt", "classes.txt")
                .map(name -> sources.get(0).list().resolveSibling(name))
                .filter(Files::isRegularFile)
                .findFirst()
                .orElse(null);
        Classes classes = Classes.of(
                sources.get(0).list(),
                Stream.concat(train.stream(), test.stream()).toList(),
                names);
        if (classes.named() && names != null) {
            files.add(names);
        }
        ImageFiles training = classes.images(train);
        ImageFiles testing = classes.images(test);
        files.addAll(new LinkedHashSet<>(Stream.concat(training.files().stream(), testing.files().stream())
                .filter(Files::isRegularFile)
                .toList()));
        return new Dataset(training, testing, classes.names(), files);
    }

    private static boolean isTraining(Source source, ListedImage image, Wanted wanted) {
        if (source.part().isPresent()) {
            return source.part().get().equals(ImageNames.TRAIN);
        }
        String part = image.part().toLowerCase(Locale.ROOT);
        if (ImageNames.TRAIN.contains(part)) {
            return true;
        }
        if (ImageNames.TEST.contains(part)) {
            return false;
        }
        if (part.isEmpty() && wanted != Wanted.BOTH) {
            return false;
        }
        throw new InputException(
                source.list(),
                image.where() + ": expected in which part it is (split: train, or test, val, validation), found "
                        + (part.isEmpty() ? "nothing" : "'" + image.part() + "'")
                        + "; add such a column, or give train.csv and test.csv");
    }

    /**
     * What the labels of lists mean.
     *
     * @param labels as lists have them, in order; with {@code named} the numbers from 0
     * @param names of the classes
     */
    private record Classes(Path list, List<String> labels, List<String> names, boolean named) {
        static Classes of(Path list, List<ListedImage> images, Path namesFile) {
            Set<String> found =
                    new TreeSet<>(images.stream().map(ListedImage::label).toList());
            if (found.isEmpty() || !found.stream().allMatch(each -> each.matches(NUMBER))) {
                return new Classes(list, List.copyOf(found), List.copyOf(found), false);
            }
            List<String> numbers = found.stream()
                    .map(Integer::valueOf)
                    .distinct()
                    .sorted()
                    .map(String::valueOf)
                    .toList();
            if (namesFile == null) {
                return new Classes(list, numbers, numbers, false);
            }
            List<String> names = TextLines.names(namesFile);
            int largest = Integer.parseInt(numbers.get(numbers.size() - 1));
            if (largest >= names.size()) {
                throw new InputException(
                        list,
                        "expected labels below " + names.size() + " (the names in " + namesFile.getFileName()
                                + "), found " + largest + "; use the names that belong to this list");
            }
            return new Classes(list, List.of(), names, true);
        }

        ImageFiles images(List<ListedImage> images) {
            return new ImageFiles(
                    images.stream().map(ListedImage::file).toList(),
                    images.stream().mapToInt(each -> label(each.label())).toArray());
        }

        private int label(String label) {
            if (named) {
                return Integer.parseInt(label);
            }
            int found = labels.indexOf(label);
            return found >= 0 ? found : labels.indexOf(String.valueOf(Integer.parseInt(label)));
        }
    }
}
