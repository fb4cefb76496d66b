package ham.job.proof;

import ham.common.HamException;
import ham.job.work.WorkListener;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Tries one thing after the other, and goes on whatever comes of it. */
final class Trials {
    private final WorkListener listener;
    private final List<ProofStep> steps = new ArrayList<>();

    Trials(WorkListener listener) {
        this.listener = listener;
    }

    /**
     * What a step found.
     *
     * @param right whether the numbers are as they should be
     * @param detail a sentence
     * @param figures what was measured
     */
    record Outcome(boolean right, String detail, Map<String, Double> figures) {}

    /** The work of a step. */
    interface Work {
        Outcome run() throws Exception;
    }

    /**
     * Tries something.
     *
     * @param lacking what it needs and is not here; empty when it can be tried
     * @return whether it passed
     */
    boolean step(String name, Optional<String> lacking, Work work) {
        listener.stage(name);
        long started = System.nanoTime();
        ProofStep step = lacking.map(reason -> new ProofStep(name, ProofState.SKIPPED, reason, 0, Map.of()))
                .orElseGet(() -> attempt(name, work, started));
        steps.add(step);
        listener.stage("  " + step.state().label() + ": " + step.detail());
        return step.state() == ProofState.PASSED;
    }

    private static ProofStep attempt(String name, Work work, long started) {
        try {
            Outcome outcome = work.run();
            ProofState state = outcome.right() ? ProofState.PASSED : ProofState.FAILED;
            return new ProofStep(name, state, outcome.detail(), since(started), outcome.figures());
        } catch (Exception | LinkageError | OutOfMemoryError e) {
            return new ProofStep(name, ProofState.FAILED, sentence(e), since(started), Map.of());
        }
    }

    private static String sentence(Throwable failure) {
        return failure instanceof HamException ? failure.getMessage() : failure.toString();
    }

    private static double since(long started) {
        return (System.nanoTime() - started) / 1e9;
    }

    List<ProofStep> steps() {
        return steps;
    }
}
