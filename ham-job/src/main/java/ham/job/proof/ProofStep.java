package ham.job.proof;

import java.util.Map;

/**
 * How one step of a proof ended.
 *
 * @param name what was tried: {@code train fp32 on gpu:0}
 * @param state {@code passed}, {@code failed} or {@code skipped}
 * @param detail what was found; for a skipped step, what is missing
 * @param seconds how long it took
 * @param figures what was measured, by names that say the unit
 */
public record ProofStep(String name, ProofState state, String detail, double seconds, Map<String, Double> figures) {}
