package ham.train.data;

import ham.merge.InputException;
import ham.runtime.image.RgbImage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The MNIST family: grey images and labels in four IDX files, plain or gzipped. Class names come from {@code labels.txt}
 * where there is one, else they are the numbers from 0 to the largest training label.
 */
final class Idx {
    private static final String TRAIN = "train";
    private static final String TEST = "t10k";
    private static final String NAMES = "labels.txt";

    private Idx() {}

    static boolean isIn(Path folder) {
        return Files.exists(images(folder, TRAIN)) || Files.exists(images(folder, TEST));
    }

    static Dataset open(Path folder) {
        IdxFile trainLabels = IdxFile.read(labels(folder, TRAIN), 1);
        IdxFile testLabels = IdxFile.read(labels(folder, TEST), 1);
        Path namesFile = folder.resolve(NAMES);
        boolean named = Files.exists(namesFile);
        List<String> names = named ? TextLines.names(namesFile) : numbers(trainLabels);
        IdxFile train = IdxFile.read(images(folder, TRAIN), 3);
        IdxFile test = IdxFile.read(images(folder, TEST), 3);
        List<Path> files = new ArrayList<>(List.of(train.file(), trainLabels.file(), test.file(), testLabels.file()));
        if (named) {
            files.add(namesFile);
        }
        return new Dataset(
                new GrayImages(train, trainLabels, names.size()),
                new GrayImages(test, testLabels, names.size()),
                names,
                files);
    }

    private static List<String> numbers(IdxFile labels) {
        int largest = 0;
        for (byte label : labels.bytes()) {
            largest = Math.max(largest, Byte.toUnsignedInt(label));
        }
        return IntStream.rangeClosed(0, largest).mapToObj(Integer::toString).toList();
    }

    private static Path images(Path folder, String part) {
        return plainOrGzipped(folder, part + "-images-idx3-ubyte");
    }

    private static Path labels(Path folder, String part) {
        return plainOrGzipped(folder, part + "-labels-idx1-ubyte");
    }

    private static Path plainOrGzipped(Path folder, String name) {
        Path plain = folder.resolve(name);
        Path gzipped = folder.resolve(name + ".gz");
        return Files.exists(gzipped) && !Files.exists(plain) ? gzipped : plain;
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
