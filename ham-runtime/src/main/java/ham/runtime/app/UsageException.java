package ham.runtime.app;

/** Options that cannot be right whatever the files are. */
final class UsageException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** With a sentence that names the option, without its full stop. */
    UsageException(String message) {
        super(message);
    }
}
