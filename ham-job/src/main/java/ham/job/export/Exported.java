package ham.job.export;

import ham.export.ExportRequest;
import ham.export.ExportResult;
import ham.export.precision.NumberFormat;
import java.util.Optional;

/**
 * A model that was written, and what is to be said of it beyond its parity.
 *
 * @param result what was written
 * @param format in which numbers it computes; empty for a graph that keeps its own
 * @param flavor whom its operators are for, as metadata say it; empty likewise
 * @param mergeTokens tokens that it merges in a block; 0 for none
 * @param accuracy what that costs on real images, where it was measured
 */
public record Exported(
        ExportResult result,
        Optional<NumberFormat> format,
        Optional<String> flavor,
        int mergeTokens,
        Optional<FormatAccuracy> accuracy) {
    /** A model of which there is no more to say. */
    public static Exported of(ExportResult result) {
        return new Exported(result, Optional.empty(), Optional.empty(), 0, Optional.empty());
    }

    /** The same, of which the accuracy was measured. */
    public Exported with(Optional<FormatAccuracy> measured) {
        return new Exported(result, format, flavor, mergeTokens, measured);
    }

    /** The same under another name. */
    public Exported with(ExportResult other) {
        return new Exported(other, format, flavor, mergeTokens, accuracy);
    }

    /** The same with other operators. */
    public Exported with(String otherFlavor) {
        return new Exported(result, format, Optional.of(otherFlavor), mergeTokens, accuracy);
    }

    /** The request for just this form, of one that left its flavor and merged tokens to measuring. */
    public ExportRequest chosen(ExportRequest request) {
        return request.toBuilder()
                .optFormat(format.orElse(request.format()))
                .optMergeTokens(mergeTokens)
                .build();
    }

    /** How it computes, for people, such as {@code fp32 with merged tokens (8 a block)}; empty for a graph that keeps its own. */
    public Optional<String> computes() {
        return format.map(each -> FormatAccuracy.computes(each, mergeTokens));
    }
}
