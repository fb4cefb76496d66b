package ham.common;

import java.util.Optional;

/**
 * Every error that ham reports on purpose. The message is one sentence that a person can act on: where, what was expected, what was found,
 * what to do. What is thrown otherwise is a fault of the program.
 */
public abstract class HamException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final ErrorCode code;
    private final String parameter;

    /**
     * @param code whose fault it is
     * @param message one sentence
     * @param cause what lies behind it, or null
     */
    protected HamException(ErrorCode code, String message, Throwable cause) {
        super(message, cause);
        this.code = code;
        this.parameter = null;
    }

    /**
     * A parameter that does not fit: {@link ErrorCode#USAGE}.
     *
     * @param parameter its name as the library has it ({@code keep}), with which the message begins; a command line shows its option instead
     * @param problem what was expected, what was found and, where it is not obvious, what to do
     */
    protected HamException(String parameter, String problem) {
        super(parameter + ": " + problem);
        this.code = ErrorCode.USAGE;
        this.parameter = parameter;
    }

    /** Whose fault it is. */
    public final ErrorCode code() {
        return code;
    }

    /** The parameter at fault, where it is one; the message begins with it and a colon. */
    public final Optional<String> parameter() {
        return Optional.ofNullable(parameter);
    }
}
