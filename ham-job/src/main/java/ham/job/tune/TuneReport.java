package ham.job.tune;

import java.util.List;

/**
 * What was measured, as it stands in the metadata of the file that is written.
 *
 * @param best name of the candidate that was written
 * @param runtime which ONNX Runtime ran them
 * @param machine architecture and number of processors
 * @param batch rows of a run
 * @param lengths tokens, where inputs have such a dimension, also a fixed one; else empty
 * @param threads as asked; 0 for one a physical core
 * @param rounds turns that each candidate had
 * @param candidates all of them, the model as it was first
 */
public record TuneReport(
        String best,
        String runtime,
        String machine,
        int batch,
        List<Integer> lengths,
        int threads,
        int rounds,
        List<Entry> candidates) {
    public TuneReport {
        lengths = List.copyOf(lengths);
        candidates = List.copyOf(candidates);
    }

    /** Why the model stays as it is although another form seems faster; empty where none does. */
    public String stays() {
        boolean seems = candidates.stream().anyMatch(each -> each.times() != null && each.times() < 1 - Tuning.WORTH);
        return best.equals(Tuning.AS_IS) && seems
                ? "what seems faster is not so for certain by 1 % after " + rounds
                        + (rounds == 1 ? " round" : " rounds")
                        + ", so the model stays as it is; measure for more seconds"
                : "";
    }

    /**
     * A candidate.
     *
     * @param name {@code as-is}, {@code ort}, {@code optimized}, {@code int8} or {@code int8-ort}; {@code tokens}, {@code tokens-ort} and so on with
     *     merged tokens
     * @param p50Ms median duration of a run, of all lengths together; null where it was left out
     * @param times of the duration as-is: median over the rounds of the quotient with the neighbouring turn; null likewise
     * @param agreement part of rows with the same most probable class, or without classes of outputs that are as good as equal (int8 and merged tokens: within
     *     a tenth of the range); null where it was left out before
     * @param leftOut why it was not measured or may not win; empty otherwise
     */
    public record Entry(String name, Double p50Ms, Double times, Double agreement, String leftOut) {}
}
