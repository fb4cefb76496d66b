package ham.job.export;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.node.ObjectNode;
import ham.export.ExportResult;
import ham.export.MatchedLayer;
import ham.export.parity.ParityReport;
import ham.merge.io.JsonFiles;
import java.util.List;
import java.util.Map;
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
 * @param accuracy what the format costs on real images, null where it was not measured
 * @param patch the patch beside it, null where there is none
 */
public record ExportRecord(
        String out,
        long bytes,
        String head,
        List<String> labels,
        Parity parity,
        List<MatchedLayer> matched,
        @JsonInclude(JsonInclude.Include.NON_NULL) String precision,
        @JsonInclude(JsonInclude.Include.NON_NULL) String flavor,
        @JsonInclude(JsonInclude.Include.NON_NULL) FormatAccuracy.Record accuracy,
        @JsonInclude(JsonInclude.Include.NON_NULL) PatchRecord patch) {

    /**
     * How far the logits of the forms are apart.
     *
     * @param passed whether they are near enough
     * @param maxAbs the largest difference; logits
     * @param top1 fraction of the images on which all have the same top class
     * @param tolerance the largest difference that passes, null where any does; logits
     * @param range largest minus smallest logit of the reference
     * @param inputs which images
     * @param samples how many
     * @param differences the largest difference of every other form
     */
    public record Parity(
            boolean passed,
            @JsonProperty("max_abs") double maxAbs,
            double top1,
            @JsonInclude(JsonInclude.Include.NON_NULL) Double tolerance,
            double range,
            String inputs,
            int samples,
            Map<String, Double> differences) {
        static Parity of(ParityReport report) {
            return new Parity(
                    report.passed(),
                    report.maxAbs(),
                    report.top1(),
                    Double.isFinite(report.tolerance()) ? report.tolerance() : null,
                    report.range(),
                    report.inputs(),
                    report.samples(),
                    report.differences());
        }
    }

    /** Of a model that was written. */
    public static ExportRecord of(Exported exported, Optional<PatchRecord> patch) {
        ExportResult result = exported.result();
        return new ExportRecord(
                result.output().toString(),
                result.bytes(),
                result.head(),
                result.labels(),
                result.parity().map(Parity::of).orElse(null),
                result.matched(),
                exported.format().map(each -> each.text()).orElse(null),
                exported.format().map(each -> each.flavor().optionName()).orElse(null),
                exported.accuracy()
                        .map(each -> each.record(exported.format().orElseThrow().text()))
                        .orElse(null),
                patch.orElse(null));
    }

    /** The same under another name of the file. */
    public ExportRecord named(String file) {
        return new ExportRecord(file, bytes, head, labels, parity, matched, precision, flavor, accuracy, patch);
    }

    /** As JSON. */
    public ObjectNode json() {
        return (ObjectNode) JsonFiles.tree(this);
    }
}
