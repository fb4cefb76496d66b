package ham.train.data;

import ham.train.data.file.TextLines;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * CIFAR-10, binary version: a record is a label and 3072 bytes, three planes of 32 x 32 in the order red, green, blue. Training images lie in up
 * to five files.
 *
 * <p>Source: <a href="https://www.cs.toronto.edu/~kriz/cifar.html">Krizhevsky, 2009</a>.
 */
final class Cifar10 implements DataLayout {
    private static final int LABELS = 1;
    private static final int BATCHES = 5;
    private static final String TEST = "test_batch.bin";
    private static final String NAMES = "batches.meta.txt";

    @Override
    public boolean isIn(Path folder) {
        return !batches(folder).isEmpty() || Files.exists(folder.resolve(TEST));
    }

    @Override
    public Dataset open(Path folder, Wanted wanted) {
        Path namesFile = folder.resolve(NAMES);
        Path test = folder.resolve(TEST);
        List<String> names = TextLines.names(namesFile);
        List<Path> train = batches(folder);
        if (train.isEmpty() && wanted == Wanted.BOTH) {
            train = List.of(batch(folder, 1)); // which says that it is missing
        }
        boolean measures = wanted != Wanted.ANY || Files.exists(test);
        List<Path> files = new ArrayList<>(train);
        if (measures) {
            files.add(test);
        }
        files.add(namesFile);
        return new Dataset(
                train.isEmpty() ? ImageSet.NONE : CifarRecords.read(train, LABELS, namesFile, names.size()),
                measures ? CifarRecords.read(List.of(test), LABELS, namesFile, names.size()) : ImageSet.NONE,
                names,
                files);
    }

    private static List<Path> batches(Path folder) {
        List<Path> batches = new ArrayList<>();
        for (int i = 1; i <= BATCHES; i++) {
            if (Files.exists(batch(folder, i))) {
                batches.add(batch(folder, i));
            }
        }
        return batches;
    }

    private static Path batch(Path folder, int number) {
        return folder.resolve("data_batch_" + number + ".bin");
    }
}
