package ham.job.export;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.node.ObjectNode;
import ham.export.ExportResult;
import ham.export.MatchedLayer;
import ham.export.parity.ParityReport;
import ham.export.patch.PatchReport;
import ham.merge.io.JsonFiles;
import java.util.List;
import java.util.Optional;

/**
 * What was exported, as {@code export.json} of a run folder has it and {@code ham export} prints it.
 *
 * @param out the file
 * @param bytes its size
 * @param head kind of the classifier
 * @param labels class names in the order of the logits
 * @param parity how far the forms are apart; null where they were not compared
 * @param matched where each delta went
 * @param precision number format, null where the graph keeps its own
 * @param flavor whom the operators are for, null likewise
 * @param tokenMerging tokens that are merged in a block, null where none are
 * @param accuracy what the format costs on real images, null where it was not measured
 * @param patch the patch beside it, null where there is none
 */
public record ExportRecord(
        String out,
        long bytes,
        String head,
        List<String> labels,
        ParityReport parity,
        List<MatchedLayer> matched,
        @JsonInclude(JsonInclude.Include.NON_NULL) String precision,
        @JsonInclude(JsonInclude.Include.NON_NULL) String flavor,
        @JsonProperty("token_merging") @JsonInclude(JsonInclude.Include.NON_NULL) Integer tokenMerging,
        @JsonInclude(JsonInclude.Include.NON_NULL) FormatAccuracy.Measured accuracy,
        @JsonInclude(JsonInclude.Include.NON_NULL) PatchReport patch) {

    /** Of a model that was written. */
    public static ExportRecord of(Exported exported, Optional<PatchReport> patch) {
        ExportResult result = exported.result();
        return new ExportRecord(
                result.output().toString(),
                result.bytes(),
                result.head(),
                result.labels(),
                result.parity().orElse(null),
                result.matched(),
                exported.format().map(each -> each.text()).orElse(null),
                exported.flavor().orElse(null),
                exported.mergeTokens() == 0 ? null : exported.mergeTokens(),
                exported.accuracy()
                        .map(each -> each.record(exported.format().orElseThrow(), exported.mergeTokens()))
                        .orElse(null),
                patch.orElse(null));
    }

    /** The same under another name of the file. */
    public ExportRecord named(String file) {
        return new ExportRecord(
                file, bytes, head, labels, parity, matched, precision, flavor, tokenMerging, accuracy, patch);
    }

    /** As JSON. */
    public ObjectNode json() {
        return (ObjectNode) JsonFiles.tree(this);
    }
}
