package ham.train.data;

import ham.train.data.file.TextLines;
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
    private static final int LABELS = 2;
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
                learns ? CifarRecords.read(List.of(train), LABELS, namesFile, names.size()) : ImageSet.NONE,
                measures ? CifarRecords.read(List.of(test), LABELS, namesFile, names.size()) : ImageSet.NONE,
                names,
                files);
    }
}
