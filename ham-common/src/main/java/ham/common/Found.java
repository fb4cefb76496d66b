package ham.common;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;

/** What stands where a file is expected, in words: people meet links whose target is gone, pointers of Git LFS, and files of other users. */
public final class Found {
    private static final byte[] LFS = "version https://git-lfs.github.com/spec/".getBytes(StandardCharsets.US_ASCII);

    private Found() {}

    /** What is there instead of a file that this user may read and that is no pointer, with the way out; empty where there is such a file. */
    public static Optional<String> instead(Path file) {
        if (!Files.isRegularFile(file)) {
            return Optional.of(insteadOfFile(file));
        }
        byte[] start;
        try (InputStream in = Files.newInputStream(file)) {
            start = in.readNBytes(LFS.length);
        } catch (AccessDeniedException e) {
            return Optional.of("one that this user has no permission to read; change its permissions");
        } catch (IOException e) {
            return Optional.of("one that cannot be read (" + why(e) + ")");
        }
        return pointer(start);
    }

    /**
     * The pointer that bytes are instead of what a file should hold, with the way out; empty where they are none.
     *
     * @param file its bytes, or its first 100
     */
    public static Optional<String> pointer(byte[] file) {
        return file.length >= LFS.length && Arrays.equals(file, 0, LFS.length, LFS, 0, LFS.length)
                ? Optional.of("a Git LFS pointer, which stands for the file in a clone without git-lfs;"
                        + " fetch the file with 'git lfs pull'")
                : Optional.empty();
    }

    private static String insteadOfFile(Path file) {
        if (Files.isSymbolicLink(file) && !Files.exists(file)) {
            return "a link to " + target(file)
                    + ", where nothing is (a Hugging Face cache that is not whole, or was moved"
                    + " without its blobs?); fetch it again";
        }
        if (Files.isDirectory(file)) {
            return "a folder";
        }
        return Files.exists(file) ? "neither a file nor a folder" : "no such file";
    }

    private static String target(Path link) {
        try {
            return Files.readSymbolicLink(link).toString();
        } catch (IOException e) {
            return "somewhere (" + why(e) + ")";
        }
    }

    /** Why a file cannot be read or written, in words; the messages of these exceptions are often no more than a path. */
    public static String why(IOException cause) {
        if (cause instanceof AccessDeniedException denied) {
            return "permission denied for " + denied.getFile();
        }
        if (cause instanceof FileAlreadyExistsException existing) {
            return existing.getFile() + " exists and is not a folder";
        }
        if (cause instanceof NoSuchFileException missing) {
            return missing.getFile() + " does not exist";
        }
        if (cause instanceof FileSystemException failed && failed.getReason() != null) {
            return failed.getFile() + ": " + failed.getReason();
        }
        return cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
    }
}
