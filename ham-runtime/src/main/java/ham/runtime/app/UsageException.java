package ham.runtime.app;

/** Options that cannot be right whatever the files are. */
final class UsageException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    UsageException(String message) {
        super(message);
    }
}
