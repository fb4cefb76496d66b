package ham.train.data;

import ham.merge.InputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;

/** Class names, one a line in label order. */
final class TextLines {
    private TextLines() {}

    static List<String> names(Path file) {
        List<String> names;
        try {
            names = Files.readAllLines(file).stream()
                    .map(String::strip)
                    .filter(line -> !line.isEmpty())
                    .toList();
        } catch (IOException e) {
            throw new InputException(
                    file, "expected class names, one a line in UTF-8, found a file that cannot be read; check it", e);
        }
        if (new HashSet<>(names).size() != names.size()) {
            throw new InputException(file, "expected every class name once, found one twice; make the names differ");
        }
        return names;
    }
}
