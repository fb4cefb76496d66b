package ham.merge.folder;

import ham.merge.InputException;
import ham.merge.io.FoundFile;
import java.nio.file.Path;
import java.util.List;

/** Names of classes in a text file, one a line, in the order of the classes. */
public final class ClassNames {
    private ClassNames() {}

    /**
     * Reads a file; a last line that is empty counts for nothing.
     *
     * @throws InputException when it is missing, not UTF-8, or has an empty line before its end or no name at all
     */
    public static List<String> read(Path file) {
        List<String> names =
                FoundFile.text(file, "a file of class names").strip().lines().map(String::strip).toList();
        if (names.isEmpty()) {
            throw new InputException(file, "expected names of classes, one a line, found none");
        }
        if (names.contains("")) {
            throw new InputException(
                    file, "expected a name in every line, found none in line " + (names.indexOf("") + 1));
        }
        return names;
    }
}
