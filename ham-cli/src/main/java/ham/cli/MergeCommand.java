package ham.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import ham.merge.checkpoint.Checkpoint;
import ham.merge.folder.AdapterFolder;
import ham.merge.folder.AdapterMerge;
import ham.merge.folder.MergeFolder;
import ham.merge.folder.MergeMode;
import ham.merge.io.Outputs;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code ham merge}: adapters in, one merge folder out. */
@Command(name = "merge", description = "Merges LoRA adapters into one delta for every adapted weight.")
final class MergeCommand implements Callable<Integer> {
    @Mixin
    private Console console;

    @Mixin
    private HamOptions ham;

    @Parameters(paramLabel = "ADAPTER", arity = "1..*", description = "Adapter folders (PEFT layout), in task order.")
    private List<Path> adapters;

    @Option(names = "--out", paramLabel = "MERGED", required = true, description = "The merge folder to write.")
    private Path out;

    @Option(
            names = "--base",
            paramLabel = "DIR",
            description = "A checkpoint to check the adapters against, and whose weight names the deltas get.")
    private Path base;

    @Option(
            names = "--method",
            paramLabel = "METHOD",
            defaultValue = "ham",
            description = "Only ham so far (default: ${DEFAULT-VALUE}).")
    private String method;

    @Option(
            names = "--alpha",
            paramLabel = "A,B,...",
            split = ",",
            description = "Importance of each adapter; beats the value in its ham.json, which beats 1.")
    private List<Double> alphas = List.of();

    @Option(
            names = "--mode",
            paramLabel = "MODE",
            defaultValue = "auto",
            description = "How the adapters came about: sequential (each trained beside the groups before it),"
                    + " independent, or auto (default: ${DEFAULT-VALUE}).")
    private String mode;

    @Option(names = "--force", description = "Replace an existing output.")
    private boolean force;

    @Override
    public Integer call() {
        Usage.choose(console.spec(), "--method", method, new String[] {"ham"}, String::toString);
        Optional<MergeMode> wanted = mode.equals("auto")
                ? Optional.empty()
                : Optional.of(Usage.choose(console.spec(), "--mode", mode, MergeMode.values(), MergeMode::optionName));
        var parameters = ham.parameters(console.spec());
        Outputs.checkFolder(out, force, MergeFolder.RECORD, adapters);
        AdapterMerge result = AdapterMerge.of(read(), alphas, parameters, wanted);
        ObjectNode[] record = new ObjectNode[1];
        Outputs.folder(out, force, folder -> record[0] = MergeFolder.write(folder, result, console::mergeProgress));
        result.warnings().forEach(console::warn);
        console.result(MergeText.of(record[0]) + "\nwritten to " + out, record[0].put("out", out.toString()));
        return Main.DONE;
    }

    private List<AdapterFolder> read() {
        List<AdapterFolder> read = adapters.stream().map(AdapterFolder::read).toList();
        if (base == null) {
            return read;
        }
        Checkpoint checkpoint = Checkpoint.open(base);
        String sha256 = checkpoint.sha256();
        return read.stream().map(each -> each.onto(checkpoint, sha256)).toList();
    }
}
