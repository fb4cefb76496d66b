package ham.serve.batch;

/** Hears how a request ended, once, on whichever thread ended it. It must not block for long. */
public interface Completion {
    /** It was answered. {@code alone} tells whether no other request was in its run. */
    void answered(Outcome outcome, boolean alone);

    /** It was not. */
    void failed(Throwable failure);
}
