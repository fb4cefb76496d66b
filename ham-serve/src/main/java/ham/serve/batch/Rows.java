package ham.serve.batch;

/**
 * What the first dimension of a model's inputs and outputs is.
 *
 * @param counted whether it counts rows that do not depend on each other
 * @param joined whether rows of several requests may share a run
 * @param most most rows of one request
 */
public record Rows(boolean counted, boolean joined, int most) {
    /** Something else: every request is a run. */
    public static final Rows NONE = new Rows(false, false, Integer.MAX_VALUE);
}
