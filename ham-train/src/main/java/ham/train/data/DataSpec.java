package ham.train.data;

import ham.merge.InputException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Opens a data folder, whichever of the known layouts it has. */
public final class DataSpec {
    private DataSpec() {}

    /**
     * Opens a folder.
     *
     * @throws InputException if the folder has none of the known layouts, or a file of it is not what the layout says
     */
    public static Dataset open(Path folder) {
        if (!Files.isDirectory(folder)) {
            throw new InputException(
                    folder,
                    "expected a data folder, found " + (Files.exists(folder) ? "a file" : "nothing")
                            + "; give the folder that holds the images");
        }
        return layout(folder).complete(folder);
    }

    private static Dataset layout(Path folder) {
        if (Cifar100.isIn(folder)) {
            return Cifar100.open(folder);
        }
        if (Idx.isIn(folder)) {
            return Idx.open(folder);
        }
        if (ClassFolders.isIn(folder)) {
            return ClassFolders.open(folder);
        }
        throw new InputException(
                folder,
                "expected CIFAR-100 (train.bin, test.bin, fine_label_names.txt), IDX (train-images-idx3-ubyte[.gz] ...) or"
                        + " class folders (train/CLASS/*, test/CLASS/*), found none of them; give a folder with one of these"
                        + " layouts");
    }
}
