package ham.export;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import ham.export.parity.ParityReport;
import ham.export.patch.PatchReport;
import ham.export.precision.NumberFormat;
import ham.merge.io.JsonFiles;
import java.nio.file.Path;
import java.util.List;

/**
 * What is kept of an export as JSON: {@code export.json} of a run folder, and what {@code ham export} prints. The keys are the names of the
 * components; what is null is left out, but for {@code parity}.
 *
 * @param out the file, as it was named
 * @param bytes its size
 * @param head kind of the classifier
 * @param labels class names in the order of the logits
 * @param parity how far the forms are apart; null if that was not measured
 * @param matched where each delta went
 * @param precision in which numbers a built graph computes
 * @param flavor whom it is written for
 * @param accuracy what the format costs, where that was measured
 * @param patch what a patch costs, where there is one
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ExportRecord(
        String out,
        long bytes,
        String head,
        List<String> labels,
        @JsonInclude(JsonInclude.Include.ALWAYS) ParityReport parity,
        List<MatchedLayer> matched,
        String precision,
        String flavor,
        JsonNode accuracy,
        PatchReport patch) {

    public ExportRecord {
        labels = List.copyOf(labels);
        matched = List.copyOf(matched);
    }

    /** Of an export by itself. */
    public static ExportRecord of(ExportResult result) {
        return new ExportRecord(
                result.output().toString(),
                result.bytes(),
                result.head(),
                result.labels(),
                result.parity().orElse(null),
                result.matched(),
                null,
                null,
                null,
                null);
    }

    /** The same of another file with the same content, or with that in another form. */
    public ExportRecord at(Path file, long size) {
        return new ExportRecord(
                file.toString(), size, head, labels, parity, matched, precision, flavor, accuracy, patch);
    }

    /**
     * The same with its number format.
     *
     * @param cost what the format costs, as JSON; null if that was not measured
     */
    public ExportRecord in(NumberFormat format, JsonNode cost) {
        return new ExportRecord(
                out,
                bytes,
                head,
                labels,
                parity,
                matched,
                format.text(),
                format.flavor().optionName(),
                cost,
                patch);
    }

    /** The same with a patch. */
    public ExportRecord with(PatchReport report) {
        return new ExportRecord(out, bytes, head, labels, parity, matched, precision, flavor, accuracy, report);
    }

    /** As a JSON object. */
    public ObjectNode json() {
        return (ObjectNode) JsonFiles.tree(this);
    }
}
