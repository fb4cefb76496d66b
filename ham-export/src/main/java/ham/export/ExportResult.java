package ham.export;

import ham.export.parity.ParityReport;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What an export has written.
 *
 * @param output the file
 * @param bytes its size
 * @param labels class names in the order of the logits
 * @param head kind of the classifier: linear, prototype, analytic, or {@code base} for the base's own
 * @param matched where each delta went
 * @param parity how far baked and factored form are apart; empty if that was not asked for
 */
public record ExportResult(
        Path output,
        long bytes,
        List<String> labels,
        String head,
        List<MatchedLayer> matched,
        Optional<ParityReport> parity) {}
