package ham.report.record;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonNode;
import ham.merge.io.JsonFiles;
import java.nio.file.Path;
import java.util.Map;

/**
 * What is shown of {@code export.json}.
 *
 * @param bytes size of the exported file, null where nothing is recorded
 * @param parity how far its forms are apart
 */
public record ExportDocument(Long bytes, Parity parity) {
    public ExportDocument {
        parity = parity == null ? new Parity(null, null, null, null, null, null, null, null, null) : parity;
    }

    /**
     * How far the forms of a model are apart; what is not recorded is null.
     *
     * @param passed whether they may be
     * @param maxAbs the largest of the differences
     * @param top1 fraction of inputs with the same largest logit
     * @param tolerance the largest difference that was allowed, null where any was
     * @param range largest minus smallest logit
     * @param inputs on which inputs, in words
     * @param samples how many
     * @param differences of logits from the baked file, by form
     * @param withoutDelta difference of the model without the delta from the reference, the control
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Parity(
            Boolean passed,
            Double maxAbs,
            Double top1,
            Double tolerance,
            Double range,
            String inputs,
            Integer samples,
            Map<String, Double> differences,
            Double withoutDelta) {
        public Parity {
            differences = Binding.orEmpty(differences);
        }

        /** As JSON. */
        public JsonNode json() {
            return Binding.tree(this);
        }
    }

    /**
     * Reads a file.
     *
     * @throws ham.merge.InputException when it is missing or damaged
     */
    public static ExportDocument read(Path file) {
        return Binding.of(JsonFiles.read(file, "the record of an export"), ExportDocument.class);
    }
}
