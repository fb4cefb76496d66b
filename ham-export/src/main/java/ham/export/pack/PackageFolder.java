package ham.export.pack;

import ham.common.Sha256;
import ham.merge.InputException;
import ham.merge.io.JsonFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
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
    static PackageRecord finish(Path folder, PackageRecord record, List<String> readme) throws IOException {
        Files.writeString(folder.resolve(README), String.join("\n", readme) + "\n");
        List<PackageRecord.PackagedFile> files = new ArrayList<>();
        try (Stream<Path> tree = Files.walk(folder)) {
            for (Path file : (Iterable<Path>) tree.filter(Files::isRegularFile).sorted()::iterator) {
                files.add(new PackageRecord.PackagedFile(
                        folder.relativize(file).toString().replace('\\', '/'), Files.size(file), Sha256.of(file)));
            }
        }
        PackageRecord complete = record.with(files);
        JsonFiles.write(folder.resolve(RECORD), complete.json());
        return complete;
    }

    /**
     * Checks a name that becomes a file's or a folder's.
     *
     * @throws InputException when it has other characters than letters, digits, point, underscore and hyphen, or begins with a point
     */
    static String requireFileName(String parameter, String name) {
        if (!name.matches("[A-Za-z0-9_-][A-Za-z0-9._-]*")) {
            throw InputException.parameter(
                    parameter, "expected letters, digits, '.', '_' and '-' only, found '" + name + "'");
        }
        return name;
    }
}
