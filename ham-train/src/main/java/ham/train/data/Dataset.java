package ham.train.data;

import ham.merge.InputException;
import java.nio.file.Path;
import java.util.List;

/**
 * A classification data set.
 *
 * @param train images to learn from
 * @param test images to measure with
 * @param classNames name of every label
 * @param files everything that it was read from
 */
public record Dataset(ImageSet train, ImageSet test, List<String> classNames, List<Path> files) {
    public Dataset {
        classNames = List.copyOf(classNames);
        files = List.copyOf(files);
    }

    /**
     * Refuses what cannot be used: for a stream of tasks fewer than two classes, or a class without an image in one of the two sets; for a
     * measurement no image at all.
     */
    Dataset complete(Path folder, Wanted wanted) {
        if (wanted == Wanted.BOTH && classNames.size() < 2) {
            throw new InputException(
                    folder, "expected two classes or more, found " + classNames + "; add images of another class");
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
                    "expected " + (wanted == Wanted.TEST ? "test images" : "images") + ", found none; add some");
        }
        return this;
    }

    /** The images to learn from, or where there are none those to measure with. */
    public ImageSet any() {
        return train.size() > 0 ? train : test;
    }

    private void requireEveryClass(Path folder, ImageSet images, String use) {
        int[] counts = new int[classNames.size()];
        for (int i = 0; i < images.size(); i++) {
            counts[images.label(i)]++;
        }
        for (int label = 0; label < counts.length; label++) {
            if (counts[label] == 0) {
                throw new InputException(
                        folder,
                        "expected " + use + " images of every class, found none of class " + label + " ("
                                + classNames.get(label) + ") among " + images.size()
                                + "; add some or leave the class out");
            }
        }
    }
}
