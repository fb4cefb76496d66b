package ham.cli.export;

import ham.cli.console.Console;
import ham.cli.console.ExitCode;
import ham.cli.console.PreprocessingOption;
import ham.cli.console.Usage;
import ham.cli.run.SessionOptions;
import ham.cli.tune.TuneCommand;
import ham.common.Version;
import ham.export.ExportRequest;
import ham.export.ExportResult;
import ham.export.VitExporter;
import ham.export.bake.BakeRequest;
import ham.export.bake.BakeRequest.HeadChoice;
import ham.export.bake.Baker;
import ham.export.bake.GraphMetadata;
import ham.export.parity.ParityInputs;
import ham.export.precision.Flavor;
import ham.job.export.Delivered;
import ham.job.export.Delivery;
import ham.job.export.Exported;
import ham.job.export.Packaged;
import ham.job.tune.TuneReport;
import ham.job.tune.TuneRequest;
import ham.job.tune.Tuning;
import ham.job.work.TemporaryFolder;
import ham.merge.InputException;
import ham.merge.checkpoint.Checkpoint;
import ham.merge.folder.Merged;
import ham.merge.head.NamedHead;
import ham.merge.io.FoundFile;
import ham.merge.io.JsonFiles;
import ham.runtime.classify.Labels;
import ham.runtime.model.SessionSettings;
import ham.runtime.preprocess.Preprocessing;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** {@code ham export}: checkpoint or graph and merge in, one ONNX model out, compared with its reference form before it gets its name. */
@Command(
        name = "export",
        description =
                "Bakes a merge into an ONNX model that is built from a checkpoint's weights, or into one that exists.")
public final class ExportCommand implements Callable<Integer> {
    @Mixin
    private Console console;

    @Option(
            names = "--base",
            paramLabel = "BASE",
            required = true,
            description = "What the merge is added to: a Hugging Face ViT or DeiT or a timm ViT, as config.json and"
                    + " model.safetensors (or its shards); or an ONNX model that somebody exported.")
    private Path base;

    @Option(
            names = "--weights",
            paramLabel = "DIR",
            description = "With an ONNX model: the checkpoint that it was exported from, a folder or a safetensors file"
                    + " (default: the model's initializers keep the checkpoint's names).")
    private Path weights;

    @Option(
            names = "--head",
            paramLabel = "KIND",
            defaultValue = "merged",
            description =
                    "With an ONNX model: merged, the merge's head replaces the classifier where there is one; or keep,"
                            + " the model's own (default: ${DEFAULT-VALUE}).")
    private HeadChoice head;

    @Option(
            names = "--merged",
            paramLabel = "MERGED",
            description = "A merge folder, or a safetensors file of deltas (default with a checkpoint: the bare base).")
    private Path merged;

    @Option(
            names = "--out",
            paramLabel = "MODEL.onnx",
            required = true,
            description = "The file to write; the folder with --package.")
    private Path out;

    @Option(
            names = "--inputs",
            paramLabel = "FILE",
            description =
                    "Safetensors with pixel_values [n, 3, H, W] to compare the forms on (default: seeded images).")
    private Path inputs;

    @Option(
            names = "--labels",
            paramLabel = "FILE",
            description = "Names of the classes, in the order of the logits: one a line, a JSON array, or a config.json"
                    + " with id2label (default: as merge or base name them).")
    private Path labels;

    @Mixin
    private PreprocessingOption preprocessing;

    @Option(names = "--no-verify", description = "Do not compare the model with its factored form.")
    private boolean noVerify;

    @Mixin
    private NumberFormatOptions numbers;

    @Mixin
    private FormOptions form;

    @Mixin
    private PackageOptions packaging;

    @Mixin
    private PatchOptions patching;

    @Mixin
    private SessionOptions session;

    @Option(names = "--force", description = "Replace an existing output.")
    private boolean force;

    @Override
    public Integer call() {
        patching.check(console.spec());
        packaging.check(console.spec());
        Usage.requireWith(console.spec(), !Files.isDirectory(base), "an ONNX model as --base", "--head");
        if (numbers.fastest()) {
            session.shareThreads(); // before auto looks for a backend
        }
        SessionSettings settings = session.settings(console.spec());
        if (numbers.fastest()) {
            Tuning.requireCpu(settings);
        }
        List<Path> given = Stream.of(merged, weights, inputs, labels)
                .filter(Objects::nonNull)
                .toList();
        Delivery delivery = delivery(settings);
        if (patching.apply().isPresent()) {
            String sha256 = delivery.apply(patching.apply().get());
            console.result(
                    "written to " + out + ", SHA-256 " + sha256,
                    JsonFiles.object().put("out", out.toString()).put("sha256", sha256));
            return ExitCode.DONE;
        }
        delivery.check(given);
        if (Files.isRegularFile(base)) {
            numbers.requireGraphsOwn(console.spec(), base);
        }
        if (delivery.isTasks()) {
            numbers.requirePlain(console.spec());
            if (preprocessing.typed().isPresent()) {
                throw new ParameterException(
                        console.spec().commandLine(),
                        "--preprocessing: expected the merged model, found a --package of tasks; put a "
                                + Preprocessing.HUGGING_FACE_FILE + " into " + base + " instead");
            }
            Packaged made = delivery.tasks(Optional.ofNullable(merged), (each, file) -> export(each, file, settings)
                    .result());
            console.result(ExportText.of(made, out), made.record().json().put("out", out.toString()));
            return ExitCode.DONE;
        }
        Merged all = merged();
        Delivered made = delivery.merged(all, file -> export(all, file, settings));
        console.result(ExportText.of(made), made.record().json());
        return ExitCode.DONE;
    }

    private Delivery delivery(SessionSettings settings) {
        Delivery.Builder builder = Delivery.builder()
                .setBase(base)
                .setOut(out)
                .optForm(form.form(console.spec()))
                .optForce(force)
                .optVerify(!noVerify)
                .optSession(settings)
                .optListener(console.listener());
        form.logits().ifPresent(builder::optLogits);
        packaging.choice().ifPresent(builder::optPackage);
        patching.choice().ifPresent(builder::optPatch);
        return builder.build();
    }

    private Merged merged() {
        if (!Files.isRegularFile(base)) {
            Checkpoint.open(base); // what is wrong with the base is said first
        } else {
            FoundFile.require(base, "an ONNX model");
            if (base.toString().matches(".*\\.(safetensors|bin|pt|pth|ckpt|json)")) {
                throw new InputException(
                        base, "expected a checkpoint folder or an ONNX model, found another file; give its folder");
            }
            if (merged == null) {
                throw new InputException(base, "expected a merge to bake into the model, found none; give --merged");
            }
        }
        Merged read = merged == null ? Merged.none() : read();
        boolean headed = read.head().isPresent() || Files.isRegularFile(base);
        Merged named = labels == null || !headed ? read : read.named(Labels.read(labels));
        if (named.head().filter(NamedHead::isNameless).isPresent()) {
            console.warn("the classes have no names but "
                    + named.head().get().classes().get(0) + " and so on; name them by --labels FILE");
        }
        return named;
    }

    /** A graph takes sums, and only a patch asks for their addends too. */
    private Merged read() {
        boolean sums = Files.isRegularFile(base) && patching.choice().isEmpty();
        return sums ? Merged.readSums(merged) : Merged.read(merged);
    }

    private Exported export(Merged all, Path file, SessionSettings settings) {
        return Files.isRegularFile(base) ? Exported.of(bake(all, file, settings)) : build(all, file, settings);
    }

    private ExportResult bake(Merged all, Path file, SessionSettings settings) {
        BakeRequest.Builder request = BakeRequest.builder()
                .setModel(base)
                .setMerged(all)
                .setVersion(Version.current())
                .setOutput(file)
                .setSettings(settings)
                .optHead(head)
                .optForce(force)
                .optVerify(!noVerify);
        Optional.ofNullable(weights).ifPresent(request::optWeights);
        form.logits().ifPresent(request::optLogits);
        preprocessing.choice().ifPresent(request::optPreprocessing);
        if (preprocessing.typed().isEmpty()
                && weights != null
                && !GraphMetadata.read(base).containsKey(Preprocessing.METADATA_KEY)) {
            Preprocessing.warning(weights).ifPresent(console::warn);
        }
        Optional.ofNullable(inputs).ifPresent(request::optInputs);
        return Baker.bake(request.build());
    }

    private Exported build(Merged all, Path file, SessionSettings settings) {
        if (weights != null) {
            throw new InputException(
                    base, "expected an ONNX model beside --weights, found a folder; a checkpoint needs no --weights");
        }
        form.logits().ifPresent(output -> {
            throw InputException.parameter(
                    "logits",
                    "expected an ONNX model of several outputs as base, found the folder " + base
                            + ", whose model has one");
        });
        Checkpoint opened = Checkpoint.open(base);
        Checkpoint checkpoint =
                labels == null || all.head().isPresent() ? opened : opened.withLabels(Labels.read(labels));
        ExportRequest.Builder request = ExportRequest.builder()
                .setBase(checkpoint)
                .setMerged(all)
                .setVersion(Version.current())
                .setOutput(file)
                .setSettings(settings)
                .optForce(force)
                .optVerify(!noVerify);
        preprocessing
                .forSide(() -> checkpoint.images().side())
                .ifPresentOrElse(request::optPreprocessing, () -> Preprocessing.warning(base)
                        .ifPresent(console::warn));
        if (inputs != null) {
            request.optInputs(ParityInputs.read(inputs, checkpoint.encoder().input()));
        }
        ExportRequest formatted = numbers.apply(console.spec(), request.build());
        Exported written = numbers.fastest() ? fastest(formatted) : exported(formatted, VitExporter.export(formatted));
        return written.with(numbers.accuracy(console, formatted, written));
    }

    private static Exported exported(ExportRequest request, ExportResult result) {
        return new Exported(
                result,
                Optional.of(request.format()),
                Optional.of(request.format().flavor().optionName()),
                request.mergeTokens(),
                Optional.empty());
    }

    /**
     * Every flavor, with merged tokens and without where they are asked for, each compared with its reference; the one that runs fastest here gets the
     * name.
     */
    private Exported fastest(ExportRequest request) {
        TuneCommand.prepare(console, request.settings().threads());
        Path file = request.output();
        try (TemporaryFolder folder = new TemporaryFolder()) {
            Map<String, Path> forms = new LinkedHashMap<>();
            Map<String, Exported> exports = new LinkedHashMap<>();
            for (int merged : new TreeSet<>(List.of(0, request.mergeTokens()))) {
                for (Flavor flavor : Flavor.values()) {
                    String name = flavor.optionName() + (merged == 0 ? "" : "-tokens");
                    Path each = folder.path().resolve(name + ".onnx");
                    ExportRequest one = request.toBuilder()
                            .setOutput(each)
                            .optFormat(request.format().of(flavor))
                            .optMergeTokens(merged)
                            .build();
                    try {
                        exports.put(name, exported(one, VitExporter.export(one)));
                        forms.put(name, each);
                    } catch (InputException e) {
                        if (merged == 0 || e.isUsage()) {
                            throw e;
                        }
                        console.warn(name + " is left out: " + e.getMessage());
                    }
                }
            }
            TuneReport report = Tuning.run(
                    TuneRequest.between(forms, file, request.settings().threads()));
            console.stage(TuneCommand.text(report));
            // ONNX Runtime's own rewriting is of the first.
            Exported first = exports.values().iterator().next();
            Exported best = report.best().equals(Tuning.OPTIMIZED)
                    ? first.with(Tuning.OPTIMIZED)
                    : exports.getOrDefault(report.best(), first);
            ExportResult result = best.result();
            return best.with(new ExportResult(
                    file, Files.size(file), result.labels(), result.head(), result.matched(), result.parity()));
        } catch (IOException e) {
            throw InputException.unwritable(file, e);
        }
    }
}
