package ham.cli.console;

/** Whether the user or the system has told the JVM to stop (Ctrl-C). */
public final class Interruption {
    private Interruption() {}

    /** What fails from then on fails because its temporary files are being removed, and is not worth a word. */
    public static boolean isUnderWay() {
        Thread probe = new Thread(() -> {});
        try {
            Runtime.getRuntime().addShutdownHook(probe);
            Runtime.getRuntime().removeShutdownHook(probe);
            return false;
        } catch (IllegalStateException e) {
            return true;
        }
    }
}
