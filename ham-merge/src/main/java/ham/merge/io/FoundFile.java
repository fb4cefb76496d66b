package ham.merge.io;

import ham.common.Found;
import ham.common.Utf8;
import ham.merge.InputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Files that must be there, refused in words where something else is ({@link Found}), and the text of those that hold text. */
public final class FoundFile {
    private FoundFile() {}

    /**
     * Checks that a file is there and is no pointer.
     *
     * @param what what the file should be, for the message ("a safetensors file")
     * @throws InputException when something else stands there, or it may not be read
     */
    public static void require(Path file, String what) {
        Found.instead(file).ifPresent(found -> {
            throw new InputException(file, "expected " + what + ", found " + found);
        });
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
