package ham.export.importing;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What was imported.
 *
 * @param checkpoint the folder
 * @param family of the encoder
 * @param parameters how many numbers its weights have
 * @param weights where each was found
 * @param unused weights of the graph that the family has no place for
 * @param outputs what the graph's outputs are
 * @param pooling what was written of it; empty for a classifier
 * @param hasTokenizer whether a tokenizer is in the checkpoint
 */
public record ImportResult(
        Path checkpoint,
        String family,
        long parameters,
        List<GraphWeight> weights,
        List<String> unused,
        List<OutputMatch> outputs,
        Optional<GraphPooling> pooling,
        boolean hasTokenizer) {
    public ImportResult {
        weights = List.copyOf(weights);
        unused = List.copyOf(unused);
        outputs = List.copyOf(outputs);
    }

    /** The largest difference of all outputs. */
    public double maxAbs() {
        return outputs.stream().mapToDouble(OutputMatch::maxAbs).max().orElse(0);
    }
}
