package ham.train.data;

import java.nio.file.Path;

/**
 * A way in which data sets lie on a disk. Layouts of other modules are found by {@link java.util.ServiceLoader}.
 *
 * <p>A part that is not there is {@link ImageSet#NONE}; who opens the data set says which parts must be.
 */
public interface DataLayout {
    /** Whether a folder or file has this layout, as far as names tell. */
    boolean isIn(Path data);

    /**
     * Opens it.
     *
     * @throws ham.merge.InputException if a file of it is not what the layout says
     */
    Dataset open(Path data, Wanted wanted);
}
