package ham.job.proof;

import java.util.Locale;

/** How a step of a proof ended. */
public enum ProofState {
    /** It ran and its numbers are right. */
    PASSED,
    /** It ran and its numbers are wrong, or it broke. */
    FAILED,
    /** What it needs is not here. */
    SKIPPED;

    /** The name that records use: {@code passed}. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
