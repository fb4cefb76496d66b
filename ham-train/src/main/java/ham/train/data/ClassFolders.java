package ham.train.data;

import ham.merge.InputException;
import ham.runtime.ModelException;
import ham.runtime.image.ImageDecoder;
import ham.runtime.image.RgbImage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * One folder of image files a class: {@code train/CLASS/*} and {@code test/CLASS/*}, where {@code val} may stand for
 * {@code test}. Classes and files are sorted by name; names that begin with a dot are passed over.
 */
final class ClassFolders {
    private static final String TRAIN = "train";

    private ClassFolders() {}

    static boolean isIn(Path folder) {
        return Files.isDirectory(folder.resolve(TRAIN));
    }

    static Dataset open(Path folder) {
        Path train = folder.resolve(TRAIN);
        Path test = testFolder(folder);
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
        ImageFiles training = ImageFiles.of(train, classes);
        ImageFiles testing = ImageFiles.of(test, classes);
        List<Path> files = Stream.concat(training.files().stream(), testing.files().stream())
                .toList();
        return new Dataset(training, testing, classes, files);
    }

    private static Path testFolder(Path folder) {
        Path test = folder.resolve("test");
        Path validation = folder.resolve("val");
        if (Files.isDirectory(test)) {
            return test;
        }
        if (Files.isDirectory(validation)) {
            return validation;
        }
        throw new InputException(
                test, "expected a folder of test images (or " + validation.getFileName() + "), found none; add it");
    }

    private static List<String> classes(Path folder) {
        List<String> names = new ArrayList<>();
        for (Path entry : entries(folder)) {
            if (!Files.isDirectory(entry)) {
                throw new InputException(entry, "expected one folder a class, found a file; move it away");
            }
            names.add(entry.getFileName().toString());
        }
        return names;
    }

    private static List<Path> entries(Path folder) {
        try (Stream<Path> paths = Files.list(folder)) {
            return paths.filter(path -> !path.getFileName().toString().startsWith("."))
                    .sorted()
                    .toList();
        } catch (IOException | UncheckedIOException e) {
            throw new InputException(folder, "expected a folder that can be listed, found that it cannot; check it", e);
        }
    }

    @SuppressWarnings("ArrayRecordComponent")
    private record ImageFiles(List<Path> files, int[] labels) implements ImageSet {
        static ImageFiles of(Path folder, List<String> classes) {
            List<Path> files = new ArrayList<>();
            List<Integer> labels = new ArrayList<>();
            for (int label = 0; label < classes.size(); label++) {
                for (Path file : entries(folder.resolve(classes.get(label)))) {
                    if (!Files.isRegularFile(file)) {
                        throw new InputException(file, "expected an image file, found a folder; move it away");
                    }
                    files.add(file);
                    labels.add(label);
                }
            }
            return new ImageFiles(
                    List.copyOf(files),
                    labels.stream().mapToInt(Integer::intValue).toArray());
        }

        @Override
        public int size() {
            return labels.length;
        }

        @Override
        public int label(int index) {
            return labels[index];
        }

        @Override
        public RgbImage image(int index) {
            try {
                return ImageDecoder.decode(files.get(index));
            } catch (ModelException e) {
                throw new InputException(e.getMessage(), e);
            }
        }
    }
}
