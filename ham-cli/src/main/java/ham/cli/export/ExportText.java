package ham.cli.export;

import ham.cli.console.Table;
import ham.export.ExportResult;
import ham.export.MatchedLayer;
import ham.export.patch.PatchReport;
import ham.job.export.Delivered;
import ham.job.export.Exported;
import ham.job.export.Packaged;
import java.nio.file.Path;
import java.util.Locale;

/** What an export did, for people. */
final class ExportText {
    private ExportText() {}

    static String of(Delivered delivered) {
        Exported exported = delivered.exported();
        return text(exported.result())
                + exported.computes().map(each -> ", " + each).orElse("")
                + exported.accuracy().map(each -> "\n" + each.text()).orElse("")
                + delivered.patch().map(each -> "\n" + text(each)).orElse("");
    }

    private static String text(ExportResult result) {
        Table matched = new Table("layer", "initializer", "layout", "how");
        for (MatchedLayer each : result.matched()) {
            matched.row(each.layer(), each.initializer(), each.layout(), each.how());
        }
        return matched + "\n\n"
                + result.parity().map(parity -> parity.text()).orElse("not verified (--no-verify)") + "\n"
                + String.format(
                        Locale.ROOT,
                        "written to %s: %.1f MB, %d classes, %s head",
                        result.output(),
                        result.bytes() / 1e6,
                        result.labels().size(),
                        result.head());
    }

    private static String text(PatchReport patch) {
        return String.format(
                Locale.ROOT,
                "patch written to %s: %.3f MB, the model has %.1f MB, its %d changed weights as float32 %.1f MB",
                patch.patch(),
                patch.bytes() / 1e6,
                patch.modelBytes() / 1e6,
                patch.weights().size(),
                patch.denseBytes() / 1e6);
    }

    static String of(Packaged made, Path out) {
        return String.format(
                Locale.ROOT,
                "written to %s: %d tasks, %d files, %.1f MB",
                out,
                made.tasks(),
                made.files(),
                made.bytes() / 1e6);
    }
}
