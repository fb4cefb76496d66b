package ham.cli;

import ham.export.ExportRecord;
import ham.export.ExportRequest;
import ham.export.ExportResult;
import ham.export.MatchedLayer;
import ham.export.VitExporter;
import ham.export.bake.BakeRequest;
import ham.export.bake.BakeRequest.HeadChoice;
import ham.export.bake.Baker;
import ham.export.parity.ParityInputs;
import ham.export.precision.NumberFormat;
import ham.merge.InputException;
import ham.merge.checkpoint.Checkpoint;
import ham.merge.folder.Merged;
import ham.runtime.model.SessionSettings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code ham export}: checkpoint or graph and merge in, one ONNX model out, compared with its reference form before it gets its name. */
@Command(
        name = "export",
        description =
                "Bakes a merge into an ONNX model that is built from a checkpoint's weights, or into one that exists.")
final class ExportCommand implements Callable<Integer> {
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
        SessionSettings settings = session.settings(console.spec());
        List<Path> given = Stream.of(base, merged, weights, inputs)
                .filter(Objects::nonNull)
                .toList();
        Delivery delivery = new Delivery(console, form.form(), packaging, patching, base, out, force);
        if (patching.apply().isPresent()) {
            delivery.apply();
            return Main.DONE;
        }
        delivery.check(given);
        if (Files.isRegularFile(base)) {
            numbers.requireGraphsOwn(console.spec(), base);
        }
        if (delivery.isTasks()) {
            numbers.requirePlain(console.spec());
            delivery.tasks(Optional.ofNullable(merged), noVerify, settings, (each, file) -> export(each, file, settings)
                    .result());
            return Main.DONE;
        }
        Merged all = merged();
        delivery.merged(all, noVerify, settings, file -> export(all, file, settings));
        return Main.DONE;
    }

    private Merged merged() {
        if (!Files.isRegularFile(base)) {
            Checkpoint.open(base); // what is wrong with the base is said first
        } else if (merged == null) {
            throw new InputException(base, "expected a merge to bake into the model, found none; give --merged");
        }
        return merged == null ? Merged.none() : Merged.read(merged);
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
        Optional.ofNullable(inputs).ifPresent(request::optInputs);
        return Baker.bake(request.build());
    }

    private Exported build(Merged all, Path file, SessionSettings settings) {
        if (weights != null) {
            throw new InputException(
                    base, "expected an ONNX model beside --weights, found a folder; a checkpoint needs no --weights");
        }
        Checkpoint checkpoint = Checkpoint.open(base);
        ExportRequest request = ExportRequest.builder().setBase(checkpoint).setMerged(all).setVersion(Version.current()).setOutput(file).setSettings(settings).optForce(force).optVerify(!noVerify).build();
        if (inputs != null) {
            request = request.toBuilder().optInputs(ParityInputs.read(inputs, checkpoint.config())).build();
        }
        ExportRequest formatted = numbers.apply(console.spec(), request);
        ExportResult result = VitExporter.export(formatted);
        Optional<FormatAccuracy> accuracy = numbers.accuracy(console, formatted);
        NumberFormat format = formatted.format();
        return new Exported(
                result,
                ", " + format.text() + accuracy.map(each -> "\n" + each.text()).orElse(""),
                ExportRecord.of(result)
                        .in(format, accuracy.map(each -> each.json(format.text())).orElse(null)));
    }

    static String text(ExportResult result) {
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
}
