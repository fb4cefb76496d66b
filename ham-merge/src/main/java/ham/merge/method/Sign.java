package ham.merge.method;

/** How the sign of an entry is elected among adapters. */
public enum Sign {
    /** Not at all. */
    NONE,
    /** The sign of the sum. */
    TOTAL,
    /** The sign that most adapters have. */
    FREQUENCY
}
