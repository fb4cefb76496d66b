package ham.merge.io;

import ham.common.Found;
import ham.merge.InputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Files and folders in the temporary folder of the JVM ({@code java.io.tmpdir}), which whoever makes them deletes. */
public final class TemporaryFiles {
    private TemporaryFiles() {}

    /**
     * A new, empty file.
     *
     * @throws InputException when the temporary folder cannot be written
     */
    public static Path file(String prefix, String suffix) {
        try {
            return Files.createTempFile(prefix, suffix);
        } catch (IOException e) {
            throw unwritable(e);
        }
    }

    /**
     * A new, empty folder.
     *
     * @throws InputException as {@link #file}
     */
    public static Path folder(String prefix) {
        try {
            return Files.createTempDirectory(prefix);
        } catch (IOException e) {
            throw unwritable(e);
        }
    }

    /** What to say, and do, where the temporary folder cannot be written. */
    public static InputException unwritable(IOException cause) {
        return new InputException(
                Path.of(System.getProperty("java.io.tmpdir")),
                "expected a temporary folder that can be written, found none (" + Found.why(cause)
                        + "); free some space, or set HAM_OPTS=-Djava.io.tmpdir=FOLDER",
                cause);
    }
}
