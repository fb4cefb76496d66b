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

    private static double median(List<ProcessCost> costs, ToDoubleFunction<ProcessCost> of) {
        return costs.stream().mapToDouble(of).sorted().toArray()[costs.size() / 2];
    }
}
