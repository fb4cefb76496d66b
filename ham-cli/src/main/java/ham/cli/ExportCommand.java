package ham.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import ham.export.ExportRequest;
import ham.export.ExportResult;
import ham.export.MatchedLayer;
import ham.export.VitExporter;
import ham.export.parity.ParityInputs;
import ham.export.parity.ParityReport;
import ham.merge.InputException;
import ham.merge.checkpoint.Checkpoint;
import ham.merge.folder.Merged;
import ham.merge.io.JsonFiles;
import ham.merge.io.Outputs;
import ham.runtime.model.SessionSettings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code ham export}: checkpoint and merge in, one ONNX model out, compared with its factored form before it gets its name. */
@Command(name = "export", description = "Bakes a merge into an ONNX model built from a checkpoint's weights.")
final class ExportCommand implements Callable<Integer> {
    @Mixin
    private Console console;

    @Option(
            names = "--base",
            paramLabel = "DIR",
            required = true,
            description = "Hugging Face ViT or DeiT, or timm ViT: config.json and model.safetensors (or its shards).")
    private Path base;

    @Option(
            names = "--merged",
            paramLabel = "MERGED",
            required = true,
            description = "A merge folder, or a safetensors file of deltas.")
    private Path merged;

    @Option(names = "--out", paramLabel = "MODEL.onnx", required = true, description = "The file to write.")
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
    private SessionOptions session;

    @Option(names = "--force", description = "Replace an existing output.")
    private boolean force;

    @Override
    public Integer call() {
        SessionSettings settings = session.settings(console.spec());
        if (Files.isRegularFile(base)) {
            throw new InputException(
                    base,
                    "expected a checkpoint folder, found a file; baking into an existing graph is not supported yet");
        }
        Outputs.checkFile(out, force, inputs == null ? List.of(base, merged) : List.of(base, merged, inputs));
        Checkpoint checkpoint = Checkpoint.open(base);
        ExportRequest request = ExportRequest.of(checkpoint, Merged.read(merged), Version.current(), out, settings)
                .withForce(force)
                .withVerify(!noVerify);
        if (inputs != null) {
            request = request.withInputs(ParityInputs.read(inputs, checkpoint.config()));
        }
        ExportResult result = VitExporter.export(request);
        console.result(text(result), json(result));
        return Main.DONE;
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

    private static ObjectNode json(ParityReport parity) {
        ObjectNode json = JsonFiles.object();
        json.put("passed", parity.passed());
        json.put("max_abs", parity.maxAbs());
        json.put("top1", parity.top1());
        json.put("tolerance", parity.tolerance());
        json.put("range", parity.range());
        json.put("inputs", parity.inputs());
        json.put("samples", parity.samples());
        json.set("differences", JsonFiles.tree(parity.differences()));
        return json;
    }

    /** What {@code --json} prints and a run folder keeps. */
    static ObjectNode json(ExportResult result) {
        ObjectNode json = JsonFiles.object();
        json.put("out", result.output().toString());
        json.put("bytes", result.bytes());
        json.put("head", result.head());
        json.set("labels", JsonFiles.tree(result.labels()));
        json.set("parity", result.parity().map(ExportCommand::json).orElse(null));
        ArrayNode matched = json.putArray("matched");
        result.matched().forEach(each -> matched.add(JsonFiles.tree(each)));
        return json;
    }
}
