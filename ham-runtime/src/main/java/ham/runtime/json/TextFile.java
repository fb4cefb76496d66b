package ham.runtime.json;

import ham.common.Found;
import ham.common.Utf8;
import ham.runtime.ModelException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Files of text that people and other programs write: UTF-8, with or without a byte-order mark, which is left out. */
public final class TextFile {
    private TextFile() {}

    /**
     * The text of a file.
     *
     * @param what it should be, for messages
     * @throws ModelException if it cannot be read or is in another encoding, which the message names
     */
    public static String read(Path file, String what) {
        Found.instead(file).ifPresent(found -> {
            throw new ModelException(file + ": expected " + what + ", found " + found + ".");
        });
        try {
            return Utf8.decode(Files.readAllBytes(file));
        } catch (Utf8.OtherEncoding e) {
            String found = e.isUtf16()
                    ? "UTF-16; convert it, for example with iconv -f UTF-16 -t UTF-8."
                    : "another encoding, perhaps Latin-1; convert it, for example with iconv -f LATIN1 -t UTF-8.";
            throw new ModelException(file + ": expected " + what + " in UTF-8, found " + found, e);
        } catch (IOException e) {
            throw new ModelException(
                    file + ": expected " + what + ", but it cannot be read (" + Found.why(e) + ").", e);
        }
    }
}
