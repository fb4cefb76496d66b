package ham.train.data;

import ham.merge.InputException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * One folder of image files a class: {@code train/CLASS/*} and {@code test/CLASS/*}, where {@code val}, {@code valid} or {@code validation} may
 * stand for {@code test}; or, to measure with only, {@code CLASS/*}. Classes and files are sorted by name. As torchvision does, images in folders
 * within a class's belong to it, and files that are no images are passed over.
 */
final class ClassFolders implements DataLayout {
    private final boolean divided;

    /** @param divided whether there are parts to learn from and to measure with, or classes at once */
    ClassFolders(boolean divided) {
        this.divided = divided;
    }

    @Override
    public boolean isIn(Path folder) {
        if (!divided) {
            List<Path> folders = ImageNames.folders(folder);
            return folders.size() > 1
                    && folders.stream()
                            .allMatch(each -> !ImageNames.images(each).isEmpty());
        }
        return Stream.of(ImageNames.TRAIN, ImageNames.TEST)
                .map(names -> ImageNames.part(folder, names))
                .flatMap(Optional::stream)
                .anyMatch(part -> !ImageNames.folders(part).isEmpty());
    }

    @Override
    public Dataset open(Path folder, Wanted wanted) {
        if (!divided) {
            if (wanted == Wanted.BOTH) {
                throw new InputException(
                        folder,
                        "expected images to learn from and others to measure with (train/CLASS/*, test/CLASS/*), found"
                                + " one folder a class; divide them into train and test");
            }
            return dataset(Optional.empty(), Optional.of(folder));
        }
        Optional<Path> train = ImageNames.part(folder, ImageNames.TRAIN);
        Optional<Path> test = ImageNames.part(folder, ImageNames.TEST);
        if (wanted == Wanted.BOTH) {
            requireBoth(
                    train.orElseThrow(() -> new InputException(
                            folder.resolve("train"), "expected a folder of training images, found none; add it")),
                    test.orElseThrow(() -> new InputException(
                            folder.resolve("test"),
                            "expected a folder of test images (or val, valid, validation), found none; add it")));
        }
        return dataset(train, test);
    }

    private static void requireBoth(Path train, Path test) {
        List<String> classes = classes(train);
        List<String> testClasses = classes(test);
        for (String name : testClasses) {
            if (!classes.contains(name)) {
                throw new InputException(
                        test.resolve(name),
                        "expected only classes that " + train
                                + " has, found another; add training images of it or remove it");
            }
        }
        for (String name : classes) {
            if (!testClasses.contains(name)) {
                throw new InputException(
                        test.resolve(name), "expected test images of this class, found no such folder; add some");
            }
        }
    }

    private static Dataset dataset(Optional<Path> train, Optional<Path> test) {
        List<String> classes = List.copyOf(Stream.of(train, test)
                .flatMap(Optional::stream)
                .flatMap(part -> classes(part).stream())
                .collect(TreeSet::new, TreeSet::add, TreeSet::addAll));
        ImageFiles training = images(train, classes);
        ImageFiles testing = images(test, classes);
        List<Path> files = Stream.concat(training.files().stream(), testing.files().stream())
                .toList();
        return new Dataset(training, testing, classes, files);
    }

    private static List<String> classes(Path folder) {
        return ImageNames.folders(folder).stream()
                .map(each -> each.getFileName().toString())
                .toList();
    }

    private static ImageFiles images(Optional<Path> part, List<String> classes) {
        List<Path> files = new ArrayList<>();
        List<Integer> labels = new ArrayList<>();
        if (part.isPresent()) {
            for (Path folder : ImageNames.folders(part.get())) {
                List<Path> images = ImageNames.images(folder);
                requireImages(folder, images);
                files.addAll(images);
                int label = classes.indexOf(folder.getFileName().toString());
                images.forEach(each -> labels.add(label));
            }
        }
        return new ImageFiles(files, labels.stream().mapToInt(Integer::intValue).toArray());
    }

    private static void requireImages(Path folder, List<Path> images) {
        if (images.isEmpty()) {
            ImageNames.files(folder).stream().findFirst().ifPresent(other -> {
                throw new InputException(
                        folder,
                        "expected images (.png, .jpg, ...), found none among its files, as " + folder.relativize(other)
                                + "; convert them or move the folder away");
            });
        }
    }
}
