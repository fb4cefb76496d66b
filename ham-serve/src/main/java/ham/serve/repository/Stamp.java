package ham.serve.repository;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** What tells one state of some files from another. */
record Stamp(String text) {
    /** Of the files, of which some may be missing. */
    static Stamp of(List<Path> files) {
        return new Stamp(files.stream().map(Stamp::one).collect(Collectors.joining("\n")));
    }

    private static String one(Path file) {
        return attributes(file)
                .map(each -> file + " " + each.lastModifiedTime() + " " + (each.isRegularFile() ? each.size() : 0) + " "
                        + each.fileKey())
                .orElse(file + " -");
    }

    private static Optional<BasicFileAttributes> attributes(Path file) {
        try {
            return Optional.of(Files.readAttributes(file, BasicFileAttributes.class));
        } catch (IOException e) {
            return Optional.empty();
        }
    }
}
