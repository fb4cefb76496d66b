package ham.serve.repository;

import ham.runtime.classify.Prediction;
import ham.serve.batch.Outcome;
import java.util.List;
import java.util.Optional;

/**
 * The classes of an image.
 *
 * @param model what answered
 * @param adapter with which adapter
 * @param predictions best first
 * @param outcome how the run went
 */
public record Classified(
        LoadedModel model, Optional<String> adapter, List<Prediction> predictions, Optional<Outcome> outcome) {}
