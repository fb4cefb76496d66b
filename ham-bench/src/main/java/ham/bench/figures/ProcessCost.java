package ham.bench.figures;

import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * What a process took.
 *
 * @param seconds from its start to its end
 * @param processorSeconds of user and system, to a hundredth; 0 where the system does not tell them
 * @param peakBytes most resident memory, as far as the system tells; 0 where it does not
 */
record ProcessCost(double seconds, double processorSeconds, long peakBytes) {
    /** The median of each; of an even number the higher one. */
    static ProcessCost median(List<ProcessCost> costs) {
        return new ProcessCost(median(costs, ProcessCost::seconds), median(costs, ProcessCost::processorSeconds), (long)
                median(costs, ProcessCost::peakBytes));
    }

    /** The median of a figure; of an even number the higher one. */
    static <T> double median(List<T> all, ToDoubleFunction<T> of) {
        return all.stream().mapToDouble(of).sorted().toArray()[all.size() / 2];
    }
}
