package ham.train.data.file;

import ham.merge.InputException;
import ham.runtime.ModelException;
import ham.runtime.json.TextFile;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;

/** Class names, one a line in label order. */
public final class TextLines {
    private TextLines() {}

    /** The names in a file, all of them different. */
    public static List<String> names(Path file) {
        List<String> names;
        try {
            names = TextFile.read(file, "class names, one a line")
                    .lines()
                    .map(String::strip)
                    .filter(line -> !line.isEmpty())
                    .toList();
        } catch (ModelException e) {
            throw new InputException(e.getMessage(), e);
        }
        if (new HashSet<>(names).size() != names.size()) {
            throw new InputException(file, "expected every class name once, found one twice; make the names differ");
        }
        return names;
    }
}
