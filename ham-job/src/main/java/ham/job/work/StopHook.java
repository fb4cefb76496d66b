package ham.job.work;

/** Something to do when the process is told to stop (Ctrl-C) in the middle of a piece of work. */
public final class StopHook {
    private final Thread thread;

    /** The work begins. */
    public StopHook(Runnable action) {
        thread = new Thread(action);
        Runtime.getRuntime().addShutdownHook(thread);
    }

    /** The work is over, done or failed. */
    public void remove() {
        try {
            Runtime.getRuntime().removeShutdownHook(thread);
        } catch (IllegalStateException e) {
            // The process is stopping, so the action is under way.
        }
    }
}
