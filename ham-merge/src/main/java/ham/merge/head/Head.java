package ham.merge.head;

/**
 * A classifier on features f [d]; one logit a class. {@link #logits} is the plain control that exported graphs and training code are tested
 * against.
 */
public sealed interface Head permits LinearHead, PrototypeHead, AnalyticHead {
    /** Which head this is. */
    HeadKind kind();

    /** Number of classes. */
    int classes();

    /** Width d of the features it reads. */
    int features();

    /**
     * Logits of a batch.
     *
     * @param features [n, d], row-major
     * @return logits [n, classes], row-major
     */
    float[] logits(float[] features);
}
