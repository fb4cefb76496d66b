package ham.serve.batch;

/** Hears of runs. */
public interface BatchListener {
    /** Nobody listens. */
    BatchListener NONE = (requests, rows, nanos) -> {};

    /**
     * A run ended.
     *
     * @param requests in it
     * @param rows in it
     * @param nanos it took
     */
    void ran(int requests, int rows, long nanos);
}
