package ham.cli.merge;

import com.fasterxml.jackson.databind.node.ObjectNode;
import ham.cli.console.Console;
import ham.cli.console.ExitCode;
import ham.cli.console.Usage;
import ham.common.Version;
import ham.merge.InputException;
import ham.merge.checkpoint.Checkpoint;
import ham.merge.config.MergeConfig;
import ham.merge.folder.AdapterFolder;
import ham.merge.folder.AdapterMerge;
import ham.merge.folder.ContinuedMerge;
import ham.merge.folder.MergeFolder;
import ham.merge.folder.MergeInputs;
import ham.merge.folder.MergeOrigin;
import ham.merge.folder.MergeRecord;
import ham.merge.folder.PeftMerge;
import ham.merge.folder.PeftMergeRecord;
import ham.merge.folder.PlanRecord;
import ham.merge.io.JsonRecords;
import ham.merge.io.Outputs;
import ham.merge.join.Importance;
import ham.merge.kernel.Parallel;
import ham.merge.plan.MergeMethod;
import ham.merge.plan.MergeSettings;
import ham.merge.record.MergeMode;
import ham.merge.taskvector.CheckpointMerge;
import ham.merge.taskvector.TaskVector;
import ham.runtime.classify.Labels;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;

/** {@code ham merge}: adapters, or an earlier merge and more of them, in; one merge folder or PEFT adapter out. */
@Command(name = "merge", description = "Merges LoRA adapters into one delta for every adapted weight.")
public final class MergeCommand implements Callable<Integer> {
    private static final String AUTO = "auto";

    @Mixin
    private Console console;

    @Parameters(
            paramLabel = "ADAPTER",
            arity = "0..*",
            description = "Adapter folders (PEFT layout), in task order; those of --config where none are given.")
    private List<Path> adapters = List.of();

    @Option(names = "--out", paramLabel = "MERGED", description = "The merge folder to write.")
    private Path out;

    @Option(
            names = "--base",
            paramLabel = "DIR",
            description = "A checkpoint to check the adapters against, and whose weight names the deltas get.")
    private Path base;

    @Option(
            names = "--config",
            paramLabel = "FILE.yaml",
            description = "Method, parameters, adapters and base in one file; options given here beat it.")
    private Path configFile;

    @Mixin
    private MethodOptions methods;

    @Option(
            names = "--alpha",
            paramLabel = "A,B,...",
            split = ",",
            description = "ham: importance of each adapter; beats the value in its ham.json, which beats 1.")
    private List<Double> alphas = List.of();

    @Option(
            names = "--weight",
            paramLabel = "A,B,...",
            split = ",",
            description = "All methods but ham: weight of each adapter (default: 1 each).")
    private List<Double> weights = List.of();

    @Option(
            names = "--trained-weights",
            description =
                    "All methods but ham: weigh the adapters as the last of them was trained, by the scalars in its"
                            + " ham.json: what sd-lora needs.")
    private boolean trainedWeights;

    @Mixin
    private HamOptions ham;

    @Option(
            names = "--mode",
            paramLabel = "MODE",
            defaultValue = AUTO,
            description = "How the adapters came about: sequential (each trained beside the groups before it),"
                    + " independent, or auto (default: ${DEFAULT-VALUE}).")
    private String mode;

    @Option(
            names = "--labels",
            paramLabel = "FILE",
            description =
                    "Names of the classes of the merged head, in their order: one a line, a JSON array, or a config.json"
                            + " with id2label (default: as the adapters name them).")
    private Path labels;

    @Option(names = "--dry-run", description = "Check everything and print the plan; merge and write nothing.")
    private boolean dryRun;

    @Option(names = "--force", description = "Replace an existing output.")
    private boolean force;

    @Mixin
    private ContinueOptions continued;

    @Mixin
    private FormatOptions format;

    @Override
    public Integer call() {
        continued.check(console.spec(), adapters.size());
        if (continued.onto().isPresent()) {
            return goOn(continued.onto().get());
        }
        MergeConfig config = configFile == null ? MergeConfig.empty() : MergeConfig.read(configFile);
        MergeMethod method = methods.method(console.spec()).or(config::method).orElse(MergeMethod.HAM);
        config.check(method);
        MergeSettings settings = Usage.check(console.spec(), () -> methods.choices(
                        console.spec(), format.peft(console.spec()) && method != MergeMethod.SVD)
                .over(ham.choices(console.spec()))
                .over(config.choices())
                .settings(method));
        requireWeightsOf(method);
        Optional<MergeMode> wanted = mode(config);
        Optional<Path> wantedBase = Optional.ofNullable(base).or(config::base);
        List<MergeConfig.Adapter> sources = sources(config);
        List<Path> paths = sources.stream().map(MergeConfig.Adapter::path).toList();
        if (paths.stream().allMatch(TaskVector::isCheckpoint)) {
            requireAdaptersFor(wanted);
            return checkpoints(sources, settings, wantedBase);
        }
        requireOutput(settings, paths);
        List<AdapterFolder> read = labels == null
                ? read(sources, wantedBase)
                : AdapterFolder.labelled(read(sources, wantedBase), Labels.read(labels));
        List<Importance> importance = trainedWeights
                ? trainedWeights(read)
                : importance(method, sources, i -> read.get(i).record().alpha());
        if (dryRun) {
            return plan(AdapterMerge.check(read, importance, settings, wanted));
        }
        return write(AdapterMerge.of(read, importance, settings, wanted, console::mergeProgress), wantedBase);
    }

    private void requireAdaptersFor(Optional<MergeMode> wanted) {
        String unused = trainedWeights ? "--trained-weights" : labels != null ? "--labels" : "--mode";
        if (trainedWeights || labels != null || wanted.isPresent()) {
            throw wrongUsage(unused + ": expected adapters to merge, found checkpoints; leave it out");
        }
    }

    /** Fully fine-tuned models instead of adapters. */
    private Integer checkpoints(List<MergeConfig.Adapter> sources, MergeSettings settings, Optional<Path> wantedBase) {
        Path trainedFrom = wantedBase.orElseThrow(() ->
                wrongUsage("expected --base DIR, the checkpoint that these checkpoints were trained from, found none"));
        if (dryRun || format.peft(console.spec()) || out == null) {
            throw wrongUsage(
                    "expected --out OUT and neither --dry-run nor --as with checkpoints; 'ham extract' makes an"
                            + " adapter of one");
        }
        List<Path> models = sources.stream().map(MergeConfig.Adapter::path).toList();
        List<Path> inputs = new ArrayList<>(models);
        inputs.add(trainedFrom);
        Outputs.checkFolder(out, force, CheckpointMerge.RECORD, inputs);
        List<String> names = names(sources);
        List<TaskVector> vectors = IntStream.range(0, models.size())
                .mapToObj(i -> TaskVector.of(names.get(i), trainedFrom, models.get(i)))
                .toList();
        List<Importance> given = importance(settings.method(), sources, i -> Importance.ONE);
        AtomicReference<CheckpointMerge.Report> written = new AtomicReference<>();
        Outputs.folder(
                out,
                force,
                folder -> written.set(
                        CheckpointMerge.write(folder, trainedFrom, vectors, settings, given, console::mergeProgress)));
        CheckpointMerge.Report report = written.get();
        if (!report.left().isEmpty()) {
            console.warn(
                    "left as in the base, which has them not or in another shape: " + String.join(", ", report.left()));
        }
        ObjectNode json = JsonRecords.tree(report).put("out", out.toString());
        console.result(
                models.size() + " checkpoints merged by " + report.method() + ", " + report.changed()
                        + " tensors changed\nwritten to " + out,
                json);
        return ExitCode.DONE;
    }

    private Integer goOn(Path merged) {
        List<Path> inputs = new ArrayList<>(adapters);
        inputs.add(merged);
        ContinuedMerge stored = continued.merge(console.spec(), adapters);
        requireOutput(stored.settings(), inputs);
        ContinuedMerge wanted = base == null ? stored : stored.onto(Checkpoint.open(base));
        wanted.warnings().forEach(console::warn);
        return dryRun ? plan(wanted.check()) : write(wanted.merge(console::mergeProgress), wanted.base());
    }

    private Integer plan(MergeInputs inputs) {
        if (format.peft(console.spec())) {
            PeftMerge.check(inputs.adapters());
        }
        PlanRecord plan = PlanRecord.of(inputs);
        plan.warnings().forEach(console::warn);
        console.result(PlanText.of(plan), plan.json());
        return ExitCode.DONE;
    }

    private Integer write(AdapterMerge result, Optional<Path> wantedBase) {
        MergeOrigin origin = new MergeOrigin(console.command(), Optional.of(Version.current()), wantedBase);
        boolean peft = format.peft(console.spec());
        if (peft) {
            AtomicReference<PeftMergeRecord> written = new AtomicReference<>();
            Outputs.folder(
                    out,
                    force,
                    folder -> written.set(PeftMerge.write(
                            folder,
                            result,
                            format.rank(console.spec(), result.merge().settings()),
                            wantedBase,
                            console::mergeProgress)));
            return written(
                    result, MergeText.ofPeft(written.get()), written.get().json());
        }
        AtomicReference<MergeRecord> written = new AtomicReference<>();
        Outputs.folder(
                out, force, folder -> written.set(MergeFolder.write(folder, result, origin, console::mergeProgress)));
        return written(result, MergeText.of(written.get()), written.get().json());
    }

    private Integer written(AdapterMerge result, String text, ObjectNode json) {
        result.warnings().forEach(console::warn);
        console.result(text + "\nwritten to " + out, json.put("out", out.toString()));
        return ExitCode.DONE;
    }

    private void requireOutput(MergeSettings settings, List<Path> inputs) {
        boolean peft = format.peft(console.spec());
        if (peft) {
            format.check(console.spec(), settings);
        }
        if (out == null && !dryRun) {
            throw wrongUsage("expected --out MERGED to write to (or --dry-run), found none");
        }
        if (!dryRun) {
            Outputs.checkFolder(out, force, peft ? PeftMerge.MARK : MergeFolder.RECORD, inputs);
        }
    }

    private void requireWeightsOf(MergeMethod method) {
        boolean used = method == MergeMethod.HAM ? weights.isEmpty() : alphas.isEmpty();
        if (!used) {
            throw wrongUsage(
                    method == MergeMethod.HAM
                            ? "--weight: expected --alpha with the method ham, found --weight"
                            : "--alpha: expected --weight with the method " + method.optionName() + ", found --alpha");
        }
        if (trainedWeights && (method == MergeMethod.HAM || !weights.isEmpty())) {
            throw wrongUsage("--trained-weights: expected another method than ham, and no --weight, found "
                    + (method == MergeMethod.HAM ? "ham" : "--weight"));
        }
    }

    private Optional<MergeMode> mode(MergeConfig config) {
        boolean typed = console.spec().commandLine().getParseResult().hasMatchedOption("--mode");
        if (!typed) {
            return config.mode();
        }
        String[] modes = Stream.concat(
                        Stream.of(AUTO), Stream.of(MergeMode.values()).map(MergeMode::optionName))
                .toArray(String[]::new);
        String chosen = Usage.choose(console.spec(), "--mode", mode, modes, String::toString);
        return Stream.of(MergeMode.values())
                .filter(each -> each.optionName().equals(chosen))
                .findFirst();
    }

    private List<MergeConfig.Adapter> sources(MergeConfig config) {
        List<MergeConfig.Adapter> sources = adapters.isEmpty()
                ? config.adapters()
                : adapters.stream()
                        .map(path ->
                                new MergeConfig.Adapter(path, Optional.empty(), Optional.empty(), Optional.empty()))
                        .toList();
        if (sources.isEmpty()) {
            throw wrongUsage("expected adapters to merge, as ADAPTER... or in --config, found none");
        }
        return sources;
    }

    private static List<String> names(List<MergeConfig.Adapter> sources) {
        List<String> names = AdapterFolder.names(
                sources.stream().map(MergeConfig.Adapter::path).toList());
        return IntStream.range(0, sources.size())
                .mapToObj(i -> sources.get(i).name().orElse(names.get(i)))
                .toList();
    }

    private static List<AdapterFolder> read(List<MergeConfig.Adapter> sources, Optional<Path> base) {
        List<String> names = names(sources);
        List<AdapterFolder> read = Parallel.map(
                IntStream.range(0, sources.size()).boxed().toList(),
                i -> AdapterFolder.read(sources.get(i).path(), names.get(i)),
                done -> {});
        if (base.isEmpty()) {
            return read;
        }
        Checkpoint checkpoint = Checkpoint.open(base.get());
        String sha256 = checkpoint.sha256();
        return read.stream().map(each -> each.onto(checkpoint, sha256)).toList();
    }

    /**
     * What was typed, else what the file says; empty where neither says anything, so that the adapters' own count.
     *
     * @param alpha own importance of each for ham
     */
    private List<Importance> importance(
            MergeMethod method, List<MergeConfig.Adapter> sources, IntFunction<Importance> alpha) {
        List<Importance> typed = Importance.each(method == MergeMethod.HAM ? alphas : weights);
        if (!typed.isEmpty()
                || sources.stream().allMatch(each -> each.importance().isEmpty())) {
            return typed;
        }
        return IntStream.range(0, sources.size())
                .mapToObj(i -> sources.get(i)
                        .importance()
                        .map(Importance::of)
                        .orElseGet(() -> method == MergeMethod.HAM ? alpha.apply(i) : Importance.ONE))
                .toList();
    }

    private static List<Importance> trainedWeights(List<AdapterFolder> read) {
        AdapterFolder last = read.get(read.size() - 1);
        List<Importance> trained = last.record().trainedScalars();
        if (trained.size() != read.size()) {
            throw new InputException(
                    last.path(),
                    "--trained-weights: expected group_alphas in its ham.json for the " + (read.size() - 1)
                            + " adapters before it, found " + (trained.size() - 1)
                            + "; give all adapters of an sd-lora run in their order, or --weight");
        }
        return trained;
    }

    private ParameterException wrongUsage(String message) {
        return new ParameterException(console.spec().commandLine(), message);
    }
}
