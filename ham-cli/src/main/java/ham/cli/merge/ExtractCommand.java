package ham.cli.merge;

import ham.cli.console.Console;
import ham.cli.console.ExitCode;
import ham.cli.console.Table;
import ham.merge.io.JsonRecords;
import ham.merge.io.Outputs;
import ham.merge.taskvector.LoraExtraction;
import ham.merge.taskvector.TaskVector;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicReference;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code ham extract}: from a fully fine-tuned checkpoint to the nearest LoRA adapter. */
@Command(
        name = "extract",
        description =
                "Makes a LoRA adapter of what a fully fine-tuned checkpoint changed of its base, and says what is lost.")
public final class ExtractCommand implements Callable<Integer> {
    @Mixin
    private Console console;

    @Parameters(paramLabel = "MODEL", description = "The fine-tuned checkpoint: a folder with model.safetensors.")
    private Path model;

    @Option(
            names = "--base",
            paramLabel = "DIR",
            required = true,
            description = "The checkpoint that it was trained from.")
    private Path base;

    @Option(names = "--out", paramLabel = "ADAPTER", required = true, description = "The PEFT adapter to write.")
    private Path out;

    @Option(
            names = "--rank",
            paramLabel = "R",
            defaultValue = "16",
            description = "Rank of every layer (default: ${DEFAULT-VALUE}).")
    private int rank;

    @Option(names = "--force", description = "Replace an existing output.")
    private boolean force;

    @Override
    public Integer call() {
        Outputs.checkFolder(out, force, LoraExtraction.RECORD, List.of(model, base));
        TaskVector vector = TaskVector.of(String.valueOf(model.getFileName()), base, model);
        AtomicReference<LoraExtraction.Report> written = new AtomicReference<>();
        Outputs.folder(out, force, folder -> written.set(LoraExtraction.write(folder, base, vector, rank)));
        LoraExtraction.Report report = written.get();
        if (!report.left().isEmpty()) {
            console.warn("not in the adapter, since no linear layer of the base: " + String.join(", ", report.left()));
        }
        Table table = new Table("weight", "rank", "relative error");
        report.layers()
                .forEach(layer -> table.row(
                        layer.weight(),
                        String.valueOf(layer.rank()),
                        String.format(Locale.ROOT, "%.3f", layer.error())));
        console.result(
                table
                        + String.format(
                                Locale.ROOT,
                                "%n%nrelative error of all layers: %.3f%nwritten to %s",
                                report.error(),
                                out),
                JsonRecords.tree(report).put("out", out.toString()));
        return ExitCode.DONE;
    }
}
