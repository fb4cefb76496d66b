package ham.train.data;

import ham.merge.InputException;
import java.nio.file.Path;
import java.util.List;

/**
 * A classification data set.
 *
 * @param train examples to learn from, pictures or texts
 * @param test examples to measure with, of the same kind
 * @param classNames name of every label
 * @param files everything that it was read from
 */
public record Dataset(Examples train, Examples test, List<String> classNames, List<Path> files) {
    public Dataset {
        classNames = List.copyOf(classNames);
        files = List.copyOf(files);
    }

    /**
     * Refuses what cannot be used: for a stream of tasks fewer than two classes, or a class without an example in one of the two sets; for a
     * measurement no example at all.
     */
    Dataset complete(Path folder, Wanted wanted) {
        if (wanted == Wanted.BOTH && classNames.size() < 2) {
            throw new InputException(
                    folder,
                    "expected two classes or more, found " + classNames + "; add " + any().kind()
                            + " of another class");
        }
        for (String name : classNames) {
            if (name.chars().anyMatch(Character::isISOControl)) {
                throw new InputException(
                        folder,
                        "expected class names that fit on a line, found control characters in '"
                                + name.replaceAll("\\p{Cntrl}", "?") + "'; rename the class");
            }
        }
        if (wanted == Wanted.BOTH) {
            requireEveryClass(folder, train, "training");
            requireEveryClass(folder, test, "test");
        } else if (test.size() == 0 && (wanted == Wanted.TEST || train.size() == 0)) {
            throw new InputException(
                    folder,
                    "expected " + (wanted == Wanted.TEST ? "test " : "") + any().kind() + ", found none; add some");
        }
        return this;
    }

    /** The examples to learn from, or where there are none those to measure with. */
    public Examples any() {
        return train.size() > 0 ? train : test;
    }

    /** Whether it holds texts; images otherwise. */
    public boolean isText() {
        return any() instanceof TextSet;
    }

    /**
     * The images to learn from.
     *
     * @throws InputException if these are texts
     */
    public ImageSet trainImages() {
        return images(train);
    }

    /**
     * The images to measure with.
     *
     * @throws InputException if these are texts
     */
    public ImageSet testImages() {
        return images(test);
    }

    /**
     * {@link #any()}, where they are images.
     *
     * @throws InputException if these are texts
     */
    public ImageSet anyImages() {
        return images(any());
    }

    private ImageSet images(Examples examples) {
        return images(examples, files.isEmpty() ? "data" : files.get(0).toString());
    }

    /**
     * Examples as images.
     *
     * @param what wants or holds them, for messages
     * @throws InputException if these are texts
     */
    public static ImageSet images(Examples examples, String what) {
        if (examples instanceof ImageSet images) {
            return images;
        }
        throw new InputException(what + ": expected images, found " + examples.kind()
                + "; give images, or a text encoder where a model is wanted");
    }

    /** As {@link #images(Examples, String)} for texts. */
    public static TextSet texts(Examples examples, String what) {
        if (examples instanceof TextSet texts) {
            return texts;
        }
        throw new InputException(what + ": expected texts, found " + examples.kind()
                + "; give texts, or an encoder of images where a model is wanted");
    }

    private void requireEveryClass(Path folder, Examples examples, String use) {
        int[] counts = new int[classNames.size()];
        for (int i = 0; i < examples.size(); i++) {
            counts[examples.label(i)]++;
        }
        for (int label = 0; label < counts.length; label++) {
            if (counts[label] == 0) {
                throw new InputException(
                        folder,
                        "expected " + use + " " + examples.kind() + " of every class, found none of class " + label
                                + " ("
                                + classNames.get(label) + ") among " + examples.size()
                                + "; add some or leave the class out");
            }
        }
    }
}
