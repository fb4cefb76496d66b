package ham.job.work;

/** Who wants to know how long work goes. Every method does nothing unless it is overridden. */
public interface WorkListener {
    /** Nobody. */
    WorkListener SILENT = new WorkListener() {};

    /** A stage of the work begins, or a piece of it is done: a sentence. */
    default void stage(String sentence) {}

    /** Something that a user should know and that does not stop the work: a sentence. */
    default void warned(String sentence) {}

    /**
     * Where the work stands; called often.
     *
     * @param what is done, as "evaluating"
     * @param total of the same unit as {@code done}
     */
    default void progress(String what, long done, long total) {}
}
