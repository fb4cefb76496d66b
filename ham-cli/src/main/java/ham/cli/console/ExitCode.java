package ham.cli.console;

/** What the process ends with. */
public final class ExitCode {
    /** Done. */
    public static final int DONE = 0;
    /** A file or a run failed. */
    public static final int FAILED = 1;
    /** Wrong options. */
    public static final int WRONG_USAGE = 2;
    /** Stopped by Ctrl-C. */
    public static final int INTERRUPTED = 130;

    private ExitCode() {}
}
