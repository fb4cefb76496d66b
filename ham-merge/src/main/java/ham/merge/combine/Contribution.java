package ham.merge.combine;

import ham.merge.adapter.LoraFactors;
import ham.merge.gram.InputGram;
import java.util.Optional;

/**
 * What one adapter brings to the merge of one weight.
 *
 * @param adapter the adapter's name
 * @param weight its weight in the merge
 * @param factors its change of this weight, {@code D = s B A}
 * @param gram what the task's inputs of this weight are like, where the merge asks for it
 */
public record Contribution(String adapter, double weight, LoraFactors factors, Optional<InputGram> gram) {
    /** Where nothing is known of the inputs. */
    public Contribution(String adapter, double weight, LoraFactors factors) {
        this(adapter, weight, factors, Optional.empty());
    }
}
