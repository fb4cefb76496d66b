package ham.report.record;

import java.util.Map;

/**
 * What a page shows of {@code export.json}.
 *
 * @param bytes size of the exported file, null where nothing is recorded
 * @param parity how far its forms are apart
 */
public record ExportDocument(Long bytes, Parity parity) {
    public ExportDocument {
        parity = parity == null ? new Parity(null, null, null, null) : parity;
    }

    /**
     * How far the forms of a model are apart.
     *
     * @param inputs on which inputs, in words
     * @param tolerance the largest difference that was allowed
     * @param top1 fraction of inputs with the same largest logit
     * @param differences of logits from the baked file, by form
     */
    public record Parity(String inputs, Double tolerance, Double top1, Map<String, Double> differences) {
        public Parity {
            differences = Binding.orEmpty(differences);
        }
    }
}
