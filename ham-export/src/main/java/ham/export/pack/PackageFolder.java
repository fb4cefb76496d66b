package ham.export.pack;

import ham.common.Sha256;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import ham.merge.InputException;
import ham.merge.io.JsonFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** What every package has besides its models: {@code README.md}, and {@value #RECORD} with the size and hash of every file. */
public final class PackageFolder {
    /** The file by which a package is known. */
    public static final String RECORD = "package.json";

    private static final String README = "README.md";

    private PackageFolder() {}

    /**
     * Ends a folder.
     *
     * @param record what is known of the package; {@code files} is added
     * @param readme lines for people
     */
    static ObjectNode finish(Path folder, ObjectNode record, List<String> readme) throws IOException {
        Files.writeString(folder.resolve(README), String.join("\n", readme) + "\n");
        ArrayNode files = record.putArray("files");
        try (Stream<Path> tree = Files.walk(folder)) {
            for (Path file : (Iterable<Path>) tree.filter(Files::isRegularFile).sorted()::iterator) {
                files.addObject()
                        .put("file", folder.relativize(file).toString().replace('\\', '/'))
                        .put("bytes", Files.size(file))
                        .put("sha256", Sha256.of(file));
            }
        }
        JsonFiles.write(folder.resolve(RECORD), record);
        return record;
    }

    /**
     * Checks a name that becomes a file's or a folder's.
     *
     * @throws InputException when it has other characters than letters, digits, point, underscore and hyphen, or begins with a point
     */
    static String requireFileName(String what, String name) {
        if (!name.matches("[A-Za-z0-9_-][A-Za-z0-9._-]*")) {
            throw new InputException(what + ": expected letters, digits, '.', '_' and '-' only, found '" + name + "'");
        }
        return name;
    }
}
