package ham.merge;

import java.nio.file.Path;

/**
 * A file or an option is not what was expected; the message is one sentence that a user can act on: where, what was expected, what was
 * found, what to do.
 */
public final class InputException extends RuntimeException {
    /**
     * @param file the file or folder at fault, with which the message begins
     * @param problem what was expected, what was found and, where it is not obvious, what to do
     */
    public InputException(Path file, String problem) {
        super(file + ": " + problem);
    }

    /** As {@link #InputException(Path, String)}, keeping the cause for {@code --debug}. */
    public InputException(Path file, String problem, Throwable cause) {
        super(file + ": " + problem, cause);
    }

    /**
     * A fault that lies in no file.
     *
     * @param message the whole sentence
     */
    public InputException(String message) {
        super(message);
    }

    /** As {@link #InputException(String)}, keeping the cause for {@code --debug}. */
    public InputException(String message, Throwable cause) {
        super(message, cause);
    }
}
