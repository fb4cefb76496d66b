package ham.job.work;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The commit at which a checkout of git stands, from git's files; changes that are not committed do not show. */
final class Commit {
    private static final Pattern HASH = Pattern.compile("[0-9a-f]{40}|[0-9a-f]{64}");
    private static final String LINK = "gitdir: ";
    private static final String REFERENCE = "ref: ";

    private Commit() {}

    /** The hash; empty where the folder is no checkout, or one that cannot be read. */
    static Optional<String> of(Path checkout) {
        try {
            Path git = checkout.resolve(".git");
            if (Files.isRegularFile(git)) {
                git = checkout.resolve(Files.readString(git).strip().substring(LINK.length()));
            }
            String head = Files.readString(git.resolve("HEAD")).strip();
            if (!head.startsWith(REFERENCE)) {
                return hash(head);
            }
            String name = head.substring(REFERENCE.length());
            Path link = git.resolve("commondir");
            // Branches are kept in one place for all work trees.
            Path common =
                    Files.exists(link) ? git.resolve(Files.readString(link).strip()) : git;
            if (Files.exists(common.resolve(name))) {
                return hash(Files.readString(common.resolve(name)).strip());
            }
            try (Stream<String> packed = Files.lines(common.resolve("packed-refs"))) {
                return packed.filter(line -> line.endsWith(" " + name))
                        .flatMap(line -> hash(line.split(" ", 2)[0]).stream())
                        .findFirst();
            }
        } catch (IOException | RuntimeException e) {
            return Optional.empty();
        }
    }

    private static Optional<String> hash(String text) {
        return Optional.of(text).filter(HASH.asMatchPredicate());
    }
}
