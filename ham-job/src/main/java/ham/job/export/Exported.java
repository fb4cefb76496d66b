package ham.job.export;

import ham.export.ExportResult;
import ham.export.precision.NumberFormat;
import java.util.Optional;

/**
 * A model that was written, and what is to be said of it beyond its parity.
 *
 * @param result what was written
 * @param format in which numbers it computes; empty for a graph that keeps its own
 * @param accuracy what that costs on real images, where it was measured
 */
public record Exported(ExportResult result, Optional<NumberFormat> format, Optional<FormatAccuracy> accuracy) {
    /** A model of which there is no more to say. */
    public static Exported of(ExportResult result) {
        return new Exported(result, Optional.empty(), Optional.empty());
    }

    Exported with(ExportResult other) {
        return new Exported(other, format, accuracy);
    }
}
