package ham.common;

/**
 * Every error that ham reports on purpose. The message is one sentence that a person can act on: where, what was expected, what was found,
 * what to do. What is thrown otherwise is a fault of the program.
 */
public abstract class HamException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final ErrorCode code;

    /**
     * @param code whose fault it is
     * @param message one sentence
     * @param cause what lies behind it, or null
     */
    protected HamException(ErrorCode code, String message, Throwable cause) {
        super(message, cause);
        this.code = code;
    }

    /** Whose fault it is. */
    public final ErrorCode code() {
        return code;
    }
}
