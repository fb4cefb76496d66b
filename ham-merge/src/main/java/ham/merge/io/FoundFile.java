package ham.merge.io;

import ham.common.Utf8;
import ham.merge.InputException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** What stands where a file is expected, in words: people meet links whose target is gone, pointers of Git LFS, and texts in other encodings. */
public final class FoundFile {
    private static final String LFS = "version https://git-lfs.github.com/spec/";

    private FoundFile() {}

    /**
     * Checks that a file is there and is no pointer.
     *
     * @param what what the file should be, for the message ("a safetensors file")
     * @throws InputException when something else stands there, or it may not be read
     */
    public static void require(Path file, String what) {
        if (!Files.isRegularFile(file)) {
            throw new InputException(file, "expected " + what + ", found " + instead(file));
        }
        byte[] start = start(file);
        if (new String(start, StandardCharsets.ISO_8859_1).startsWith(LFS)) {
            throw new InputException(
                    file,
                    "expected " + what
                            + ", found a Git LFS pointer, which stands for the file in a clone without git-lfs;"
                            + " fetch the file with 'git lfs pull'");
        }
    }

    private static byte[] start(Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            return in.readNBytes(LFS.length());
        } catch (IOException e) {
            throw InputException.unreadable(file, e);
        }
    }

    /** What stands where there is no file. */
    public static String instead(Path file) {
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
            throw InputException.unreadable(link, e);
        }
    }

    /**
     * The text of a file in UTF-8, without a byte-order mark.
     *
     * @throws InputException as {@link #require}, and when it is in another encoding
     */
    public static String text(Path file, String what) {
        require(file, what);
        try {
            return Utf8.decode(Files.readAllBytes(file));
        } catch (Utf8.OtherEncoding e) {
            String found = e.isUtf16() ? "UTF-16" : "bytes of another encoding (Latin-1, Windows-1252?)";
            throw new InputException(file, "expected text in UTF-8, found " + found + "; save it as UTF-8", e);
        } catch (IOException e) {
            throw InputException.unreadable(file, e);
        }
    }
}
