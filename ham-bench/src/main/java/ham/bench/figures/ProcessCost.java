package ham.bench.figures;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;

/**
 * What a process took.
 *
 * @param seconds from its start to its end
 * @param peakBytes most resident memory, as far as the system tells; 0 where it does not
 */
record ProcessCost(double seconds, @JsonProperty("peak_bytes") long peakBytes) {
    /** The median of each; of an even number the higher one. */
    static ProcessCost median(List<ProcessCost> costs) {
        return new ProcessCost(
                costs.stream().map(ProcessCost::seconds).sorted().toList().get(costs.size() / 2),
                costs.stream().map(ProcessCost::peakBytes).sorted().toList().get(costs.size() / 2));
    }
}
