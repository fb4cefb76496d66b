package ham.cli.tune;

import ham.cli.console.Console;
import ham.cli.console.ExitCode;
import ham.cli.console.Table;
import ham.job.tune.TuneReport;
import ham.job.tune.TuneRequest;
import ham.job.tune.Tuning;
import ham.merge.io.JsonFiles;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code ham tune}: the fastest form of a model, found by measuring. */
@Command(
        name = "tune",
        description =
                "Writes the form of a model that is fastest in the ONNX Runtime of this machine, at a batch size and a"
                        + " number of threads: all forms take turns, and what was measured goes into the file's metadata.")
public final class TuneCommand implements Callable<Integer> {
    @Mixin
    private Console console;

    @Parameters(
            paramLabel = "MODEL.onnx",
            description = "A model in one file; in float32 for --int8 and --merge-tokens.")
    private Path model;

    @Option(names = "--out", paramLabel = "MODEL.onnx", required = true, description = "The file to write.")
    private Path out;

    @Option(
            names = "--batch",
            paramLabel = "N",
            description = "Rows of a run (default: 1, or as many as the model fixes).")
    private Integer batch;

    @Option(
            names = "--length",
            paramLabel = "N,...",
            split = ",",
            description = "Tokens of a text, each measured (default: 32, or as many as the model fixes).")
    private List<Integer> lengths;

    @Option(
            names = "--threads",
            paramLabel = "N",
            defaultValue = "0",
            description = "Threads that share an operator, 0 for one a physical core (default: ${DEFAULT-VALUE}).")
    private int threads;

    @Option(
            names = "--seconds",
            paramLabel = "S",
            defaultValue = "20",
            description = "How long is measured, nine turns of every form at least (default: ${DEFAULT-VALUE}).")
    private double seconds;

    @Option(names = "--int8", description = "Forms in int8 may win too, where they answer alike (--bound).")
    private boolean int8;

    @Option(
            names = "--merge-tokens",
            paramLabel = "R",
            defaultValue = "0",
            description =
                    "With a float32 ViT that ham export built: forms that merge R patches in every block (ToMe) may win"
                            + " too, where they answer alike (--bound); 0 for none (default: ${DEFAULT-VALUE}).")
    private int mergeTokens;

    @Option(
            names = "--inputs",
            paramLabel = "FILE",
            description = "Safetensors with pixel_values [n, 3, H, W] to compare answers on (default: random inputs).")
    private Path inputs;

    @Option(
            names = "--bound",
            paramLabel = "P",
            defaultValue = "0.01",
            description = "Largest part of inputs whose most probable class int8 or merged tokens may change (default:"
                    + " ${DEFAULT-VALUE}).")
    private double bound;

    @Option(names = "--force", description = "Replace an output that exists.")
    private boolean force;

    @Override
    public Integer call() {
        TuneRequest request = new TuneRequest(
                model,
                out,
                force,
                batch == null ? OptionalInt.empty() : OptionalInt.of(batch),
                Optional.ofNullable(lengths),
                threads,
                seconds,
                int8,
                mergeTokens,
                Optional.ofNullable(inputs),
                bound,
                Map.of());
        prepare(console, threads);
        TuneReport report = Tuning.run(request);
        console.result(text(report) + "; " + report.best() + " is written to " + out, JsonFiles.tree(report));
        return ExitCode.DONE;
    }

    /**
     * Lets all forms share one pool of threads, or warns where that comes too late.
     *
     * @param threads that share an operator; 0 for one a physical core
     */
    public static void prepare(Console console, int threads) {
        if (!Tuning.prepare(threads) && threads != 1) {
            console.warn("ONNX Runtime was in use before, so every form has threads of its own, which disturb the next"
                    + " one; tune in a process of its own");
        }
    }

    /** The forms as a table, and a line on how they were measured. */
    public static String text(TuneReport report) {
        Table table = new Table("form", "p50 ms", "times the first", "agreement", "");
        for (TuneReport.Entry each : report.candidates()) {
            table.row(
                    each.name() + (each.name().equals(report.best()) ? " *" : ""),
                    number(each.p50Ms()),
                    number(each.times()),
                    number(each.agreement()),
                    each.leftOut());
        }
        return table + "\n" + report.runtime() + ", " + report.machine() + ", batch " + report.batch() + ", "
                + report.rounds() + " rounds"
                + (report.stays().isEmpty() ? "" : "; " + report.stays());
    }

    private static String number(Double value) {
        return value == null ? "" : String.format(Locale.ROOT, "%.3f", value);
    }
}
