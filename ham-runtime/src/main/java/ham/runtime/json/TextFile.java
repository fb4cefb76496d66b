package ham.runtime.json;

import ham.runtime.ModelException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Files of text that people and other programs write: UTF-8, with or without a byte-order mark, which is left out. */
public final class TextFile {
    private static final String MARK = "\ufeff";

    private TextFile() {}

    /**
     * The text of a file.
     *
     * @param what it should be, for messages
     * @throws ModelException if it cannot be read or is in another encoding, which the message names
     */
    public static String read(Path file, String what) {
        byte[] bytes;
        try {
            bytes = Files.readAllBytes(file);
        } catch (IOException e) {
            throw new ModelException(file + ": expected " + what + ", but it cannot be read (" + e + ").", e);
        }
        if (bytes.length >= 2 && (startsWith(bytes, 0xff, 0xfe) || startsWith(bytes, 0xfe, 0xff) || hasZeros(bytes))) {
            throw new ModelException(file + ": expected " + what + " in UTF-8, found UTF-16; convert it, for example"
                    + " with iconv -f UTF-16 -t UTF-8.");
        }
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
            return text.startsWith(MARK) ? text.substring(1) : text;
        } catch (CharacterCodingException e) {
            throw new ModelException(
                    file + ": expected " + what + " in UTF-8, found another encoding, perhaps Latin-1; convert it, for"
                            + " example with iconv -f LATIN1 -t UTF-8.",
                    e);
        }
    }

    private static boolean startsWith(byte[] bytes, int first, int second) {
        return (bytes[0] & 0xff) == first && (bytes[1] & 0xff) == second;
    }

    /** Latin letters in UTF-16 without a mark. */
    private static boolean hasZeros(byte[] bytes) {
        return (bytes[0] == 0) != (bytes[1] == 0);
    }
}
