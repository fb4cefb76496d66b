package ham.train.data;

import ham.merge.InputException;
import ham.runtime.image.RgbImage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * CIFAR-100, binary version: a record is a coarse label, a fine label and 3072 bytes, three planes of 32 x 32 in the order
 * red, green, blue. Fine labels are the classes.
 *
 * <p>Source: <a href="https://www.cs.toronto.edu/~kriz/cifar.html">Krizhevsky, 2009</a>.
 */
final class Cifar100 implements DataLayout {
    private static final int SIDE = 32;
    private static final int PLANE = SIDE * SIDE;
    private static final int RECORD = 2 + 3 * PLANE;
    private static final String TRAIN = "train.bin";
    private static final String TEST = "test.bin";
    private static final String NAMES = "fine_label_names.txt";

    @Override
    public boolean isIn(Path folder) {
        return Files.exists(folder.resolve(TRAIN)) || Files.exists(folder.resolve(TEST));
    }

    @Override
    public Dataset open(Path folder, Wanted wanted) {
        Path namesFile = folder.resolve(NAMES);
        Path train = folder.resolve(TRAIN);
        Path test = folder.resolve(TEST);
        List<String> names = TextLines.names(namesFile);
        boolean learns = wanted == Wanted.BOTH || Files.exists(train);
        boolean measures = wanted != Wanted.ANY || Files.exists(test);
        List<Path> files = new ArrayList<>();
        if (learns) {
            files.add(train);
        }
        if (measures) {
            files.add(test);
        }
        files.add(namesFile);
        return new Dataset(
                learns ? new Records(train, names.size()) : ImageSet.NONE,
                measures ? new Records(test, names.size()) : ImageSet.NONE,
                names,
                files);
    }

    private static final class Records implements ImageSet {
        private final ByteBuffer bytes;
        private final int size;

        Records(Path file, int classes) {
            bytes = map(file);
            if (bytes.limit() == 0 || bytes.limit() % RECORD != 0) {
                throw new InputException(
                        file,
                        "expected records of " + RECORD
                                + " bytes (coarse label, fine label, 3 x 32 x 32 pixels), found "
                                + bytes.limit() + " bytes, which is " + bytes.limit() / RECORD + " records and "
                                + bytes.limit() % RECORD + " bytes; fetch the file again");
            }
            size = bytes.limit() / RECORD;
            for (int i = 0; i < size; i++) {
                if (label(i) >= classes) {
                    throw new InputException(
                            file,
                            "expected fine labels below " + classes + " (the names in " + NAMES + "), found " + label(i)
                                    + " in record " + i + "; use the names that belong to this file");
                }
            }
        }

        private static ByteBuffer map(Path file) {
            try (FileChannel channel = FileChannel.open(file)) {
                if (channel.size() > Integer.MAX_VALUE) {
                    throw new InputException(
                            file, "expected at most 2 GB, found " + channel.size() + " bytes; this is not CIFAR-100");
                }
                return channel.map(MapMode.READ_ONLY, 0, channel.size());
            } catch (IOException e) {
                throw new InputException(
                        file, "expected CIFAR-100 records, found no file that can be read; put it there", e);
            }
        }

        @Override
        public int size() {
            return size;
        }

        @Override
        public int label(int index) {
            return Byte.toUnsignedInt(bytes.get(index * RECORD + 1));
        }

        @Override
        public RgbImage image(int index) {
            byte[] rgb = new byte[3 * PLANE];
            int first = index * RECORD + 2;
            for (int pixel = 0; pixel < PLANE; pixel++) {
                for (int channel = 0; channel < 3; channel++) {
                    rgb[3 * pixel + channel] = bytes.get(first + channel * PLANE + pixel);
                }
            }
            return new RgbImage(SIDE, SIDE, rgb);
        }
    }
}
