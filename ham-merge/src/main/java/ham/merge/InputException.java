package ham.merge;

import ham.common.ErrorCode;
import ham.common.Found;
import ham.common.HamException;
import java.io.IOException;
import java.nio.file.Path;

/**
 * A file or an option is not what was expected; the message is one sentence that a user can act on: where, what was expected, what was
 * found, what to do.
 */
public final class InputException extends HamException {
    private static final long serialVersionUID = 1L;

    /**
     * @param file the file or folder at fault, with which the message begins
     * @param problem what was expected, what was found and, where it is not obvious, what to do
     */
    public InputException(Path file, String problem) {
        this(file + ": " + problem, null, ErrorCode.INPUT);
    }

    /** As {@link #InputException(Path, String)}, keeping the cause for {@code --debug}. */
    public InputException(Path file, String problem, Throwable cause) {
        this(file + ": " + problem, cause, ErrorCode.INPUT);
    }

    /** A file that the operating system does not let ham read. */
    public static InputException unreadable(Path file, IOException cause) {
        return new InputException(file, "cannot be read: " + Found.why(cause), cause);
    }

    /** A file or folder that the operating system does not let ham write. */
    public static InputException unwritable(Path file, IOException cause) {
        return new InputException(file, "cannot be written: " + Found.why(cause), cause);
    }

    /**
     * A fault that lies in no file.
     *
     * @param message the whole sentence
     */
    public InputException(String message) {
        this(message, null, ErrorCode.INPUT);
    }

    /** As {@link #InputException(String)}, keeping the cause for {@code --debug}. */
    public InputException(String message, Throwable cause) {
        this(message, cause, ErrorCode.INPUT);
    }

    private InputException(String message, Throwable cause, ErrorCode code) {
        super(code, oneLine(message), cause);
    }

    private InputException(Parameter parameter, String problem) {
        super(parameter.name(), oneLine(problem));
    }

    private record Parameter(String name) {}

    /**
     * A parameter whose value cannot be used, also one that does not fit the files that it is for, which shows only when these are open.
     *
     * @param parameter its name, with which the message begins: {@code keep}, and never an option of a command line
     * @param problem what was expected, what was found and, where it is not obvious, what to do
     */
    public static InputException parameter(String parameter, String problem) {
        return new InputException(new Parameter(parameter), problem);
    }

    /** Whether an option is at fault, and no file. */
    public boolean isUsage() {
        return code() == ErrorCode.USAGE;
    }

    /** Names in a damaged file can hold anything; what would break the line is written as its code. */
    private static String oneLine(String message) {
        StringBuilder line = new StringBuilder(message.length());
        for (int i = 0; i < message.length(); i++) {
            char each = message.charAt(i);
            boolean breaks = Character.isISOControl(each) || each == '\u2028' || each == '\u2029';
            line.append(breaks ? String.format("\\u%04x", (int) each) : String.valueOf(each));
        }
        return line.toString();
    }
}
