package ham.train.data;

import ham.merge.InputException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.stream.Stream;

/** Opens a data set, whichever of the known layouts it has; it may lie in the one folder of a folder, as archives unpack. */
public final class DataSpec {
    private static final ClassFolders UNDIVIDED = new ClassFolders(false);

    private DataSpec() {}

    /**
     * Opens a data set to learn from and to measure with.
     *
     * @param data a folder, or a list of images or texts
     * @throws InputException if it has none of the known layouts, a part or a class is missing, or a file of it is not what the layout says
     */
    public static Dataset open(Path data) {
        return open(data, TextColumns.USUAL);
    }

    /**
     * As {@link #open(Path)}.
     *
     * @param columns which columns of a list of texts hold what
     */
    public static Dataset open(Path data, TextColumns columns) {
        return open(data, columns, Wanted.BOTH);
    }

    /** As {@link #open(Path)}, but only the examples to measure with, which may be all that is there. */
    public static Dataset openTest(Path data) {
        return openTest(data, TextColumns.USUAL);
    }

    /** As {@link #openTest(Path)} with other columns of texts. */
    public static Dataset openTest(Path data, TextColumns columns) {
        Dataset found = open(data, columns, Wanted.TEST);
        return new Dataset(ImageSet.NONE, found.test(), found.classNames(), found.files());
    }

    /** As {@link #open(Path)}, where any examples will do. */
    public static Dataset openAny(Path data) {
        return open(data, TextColumns.USUAL, Wanted.ANY);
    }

    /** Examples whose labels do not matter: a data set as {@link #openAny} takes it, or a folder of images. */
    public static Examples openUnlabelled(Path data) {
        List<DataLayout> layouts = layouts(TextColumns.USUAL);
        boolean known = !Files.isDirectory(data)
                || layouts.stream().anyMatch(layout -> layout.isIn(data))
                || within(layouts, data, Wanted.ANY).isPresent();
        List<Path> images = known ? List.of() : ImageNames.images(data);
        return images.isEmpty() ? openAny(data).any() : new ImageFiles(images, new int[images.size()]);
    }

    private static Dataset open(Path data, TextColumns columns, Wanted wanted) {
        if (!Files.exists(data)) {
            throw new InputException(
                    data,
                    "expected a data folder or a list of images or texts, found nothing; give the folder that holds them");
        }
        List<DataLayout> layouts = layouts(columns);
        Optional<Dataset> found = first(layouts, data, wanted);
        if (found.isEmpty()) {
            found = within(layouts, data, wanted);
        }
        if (found.isEmpty() && UNDIVIDED.isIn(data)) {
            found = Optional.of(UNDIVIDED.open(data, wanted));
        }
        return found.orElseThrow(() -> unknown(data)).complete(data, wanted);
    }

    private static List<DataLayout> layouts(TextColumns columns) {
        List<DataLayout> layouts =
                new ArrayList<>(List.of(new Cifar100(), new Cifar10(), new Idx(), new ClassFolders(true)));
        ServiceLoader.load(DataLayout.class, DataLayout.class.getClassLoader()).forEach(layouts::add);
        layouts.add(new TextLists(columns));
        layouts.add(new ImageLists());
        return layouts;
    }

    private static Optional<Dataset> first(List<DataLayout> layouts, Path data, Wanted wanted) {
        return layouts.stream()
                .filter(layout -> layout.isIn(data))
                .findFirst()
                .map(layout -> layout.open(data, wanted));
    }

    /** In the one folder, or its folders, that has a layout. */
    private static Optional<Dataset> within(List<DataLayout> layouts, Path data, Wanted wanted) {
        List<Path> folders = ImageNames.folders(data);
        for (List<Path> level : List.of(
                folders,
                folders.stream()
                        .flatMap(each -> ImageNames.folders(each).stream())
                        .toList())) {
            List<Path> known = level.stream()
                    .filter(each -> layouts.stream().anyMatch(layout -> layout.isIn(each)))
                    .toList();
            if (known.size() > 1) {
                throw new InputException(
                        data,
                        "expected one data set, found several, as " + known.get(0) + " and " + known.get(1)
                                + "; give the folder of one");
            }
            if (known.size() == 1) {
                return first(layouts, known.get(0), wanted);
            }
        }
        return Optional.empty();
    }

    private static InputException unknown(Path data) {
        if (Files.isDirectory(data)
                && Stream.of("train", "test", "meta", "data_batch_1", "test_batch")
                                .filter(name -> Files.isRegularFile(data.resolve(name)))
                                .count()
                        > 1) {
            return new InputException(
                    data, "expected images, found CIFAR in its Python version, which is code; get the binary version");
        }
        return new InputException(
                data,
                "expected CIFAR-100 (train.bin, test.bin, fine_label_names.txt), CIFAR-10 (data_batch_1.bin ...,"
                        + " test_batch.bin, batches.meta.txt), IDX (train-images-idx3-ubyte[.gz] ...),"
                        + " class folders (train/CLASS/*, test/CLASS/*), parquet files with images, or lists of images"
                        + " or texts (train.csv, test.csv, train.txt, test.txt), found none of them; give a folder with one of these layouts");
    }
}
