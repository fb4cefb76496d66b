package ham.train.data;

import ham.merge.InputException;
import ham.runtime.image.RgbImage;
import ham.train.data.file.IdxFile;
import ham.train.data.file.TextLines;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The MNIST family: grey images and labels in four IDX files, plain or gzipped. Class names come from {@code labels.txt}
 * where there is one, else they are the numbers from 0 to the largest training label.
 */
final class Idx implements DataLayout {
    private static final String TRAIN = "train";
    private static final String TEST = "t10k";
    private static final String NAMES = "labels.txt";
    private static final String IMAGES = "images?[-_. ]?idx3";
    private static final String LABELS = "labels?[-_. ]?idx1";

    @Override
    public boolean isIn(Path folder) {
        return Stream.of(TRAIN, TEST)
                .anyMatch(part -> find(folder, part, IMAGES).isPresent());
    }

    @Override
    public Dataset open(Path folder, Wanted wanted) {
        Optional<Pair> train = pair(folder, TRAIN, wanted == Wanted.BOTH);
        Optional<Pair> test = pair(folder, TEST, wanted != Wanted.ANY);
        Path namesFile = folder.resolve(NAMES);
        boolean named = Files.exists(namesFile);
        List<String> names = named
                ? TextLines.names(namesFile)
                : numbers(train.or(() -> test).orElseThrow().labels());
        List<Path> files = new ArrayList<>();
        Stream.of(train, test)
                .flatMap(Optional::stream)
                .forEach(each ->
                        files.addAll(List.of(each.images().file(), each.labels().file())));
        if (named) {
            files.add(namesFile);
        }
        return new Dataset(set(train, names), set(test, names), names, files);
    }

    private static ImageSet set(Optional<Pair> pair, List<String> names) {
        return pair.<ImageSet>map(each -> new GrayImages(each.images(), each.labels(), names.size()))
                .orElse(ImageSet.NONE);
    }

    private record Pair(IdxFile images, IdxFile labels) {}

    /** The two files of a part; of one that is needed, what is missing is named. */
    private static Optional<Pair> pair(Path folder, String part, boolean needed) {
        Optional<Path> images = find(folder, part, IMAGES);
        if (images.isEmpty() && !needed) {
            return Optional.empty();
        }
        Path labels = find(folder, part, LABELS).orElse(folder.resolve(part + "-labels-idx1-ubyte"));
        return Optional.of(new Pair(
                IdxFile.read(images.orElse(folder.resolve(part + "-images-idx3-ubyte")), 3), IdxFile.read(labels, 1)));
    }

    /**
     * A file under one of the names that the distributors, unpackers and browsers give it: with dots, hyphens or low lines, {@code test} for
     * {@code t10k}, before it the name of the data set, and in a folder of its own name. Plain files go before gzipped ones.
     */
    private static Optional<Path> find(Path folder, String part, String what) {
        if (!Files.isDirectory(folder)) {
            return Optional.empty();
        }
        Pattern name = Pattern.compile("(?i)(.*[-_. ])?(" + part + (part.equals(TEST) ? "|test" : "") + ")[-_. ]" + what
                + "[-_. ]?u?byte( ?\\(\\d+\\))?(\\.gz)?");
        List<Path> found = Stream.concat(
                        Stream.of(folder), ImageNames.folders(folder).stream().filter(each -> name.matcher(
                                        each.getFileName().toString())
                                .matches()))
                .flatMap(each -> ImageNames.entries(each).stream())
                .filter(each -> Files.isRegularFile(each)
                        && name.matcher(each.getFileName().toString()).matches())
                .sorted(Comparator.comparing(each -> each.toString().endsWith(".gz")))
                .toList();
        List<String> sets = found.stream()
                .map(each -> name.matcher(each.getFileName().toString()))
                .filter(Matcher::matches)
                .map(match -> Optional.ofNullable(match.group(1)).orElse(""))
                .distinct()
                .toList();
        if (sets.size() > 1) {
            throw new InputException(
                    folder,
                    "expected one data set, found the files of several (" + String.join(", ", sets)
                            + "); move each into a folder of its own");
        }
        return found.stream().findFirst();
    }

    private static List<String> numbers(IdxFile labels) {
        int largest = 0;
        for (byte label : labels.bytes()) {
            largest = Math.max(largest, Byte.toUnsignedInt(label));
        }
        return IntStream.rangeClosed(0, largest).mapToObj(Integer::toString).toList();
    }

    private static final class GrayImages implements ImageSet {
        private final byte[] pixels;
        private final byte[] labels;
        private final int width;
        private final int height;

        GrayImages(IdxFile images, IdxFile labelFile, int classes) {
            if (images.dimensions()[0] != labelFile.dimensions()[0]) {
                throw new InputException(
                        images.file(),
                        "expected as many images as there are labels in "
                                + labelFile.file().getFileName() + " ("
                                + labelFile.dimensions()[0] + "), found "
                                + images.dimensions()[0] + "; use two files that belong together");
            }
            pixels = images.bytes();
            labels = labelFile.bytes();
            height = images.dimensions()[1];
            width = images.dimensions()[2];
            for (int i = 0; i < labels.length; i++) {
                if (label(i) >= classes) {
                    throw new InputException(
                            labelFile.file(),
                            "expected labels below " + classes + ", found " + label(i) + " for image " + i
                                    + "; use labels and class names that belong together");
                }
            }
        }

        @Override
        public int size() {
            return labels.length;
        }

        @Override
        public int label(int index) {
            return Byte.toUnsignedInt(labels[index]);
        }

        @Override
        public RgbImage image(int index) {
            int area = width * height;
            return RgbImage.ofGray(width, height, Arrays.copyOfRange(pixels, index * area, (index + 1) * area));
        }
    }
}
