package ham.merge.method;

/** How adapters agree on the sign of an entry. An exact tie elects the positive sign, as in PEFT and mergekit. */
public enum SignRule {
    /** No election: every entry counts. */
    NONE,
    /** The sign of the sum of the weighted entries. */
    TOTAL,
    /** The sign that more of the weighted entries have; zeros do not vote. */
    FREQUENCY
}
