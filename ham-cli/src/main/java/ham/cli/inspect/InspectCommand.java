package ham.cli.inspect;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import ham.cli.console.Console;
import ham.cli.console.ExitCode;
import ham.cli.console.Table;
import ham.cli.merge.MergeView;
import ham.cli.train.RunText;
import ham.export.OnnxSummary;
import ham.export.pack.TaskAdapters;
import ham.job.Job;
import ham.merge.InputException;
import ham.merge.adapter.LayerShape;
import ham.merge.checkpoint.Checkpoint;
import ham.merge.checkpoint.VitConfig;
import ham.merge.folder.AdapterFolder;
import ham.merge.folder.MergeFolder;
import ham.merge.folder.Merged;
import ham.merge.head.NamedHead;
import ham.merge.io.JsonFiles;
import ham.merge.join.Importance;
import ham.merge.safetensors.SafetensorsFile;
import ham.merge.safetensors.TensorHash;
import ham.merge.safetensors.TensorInfo;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;

/** {@code ham inspect}: what a file or folder is, read and validated. */
@Command(
        name = "inspect",
        description = "Shows what a checkpoint, adapter, merge, run, safetensors or ONNX file holds.")
public final class InspectCommand implements Callable<Integer> {
    @Mixin
    private Console console;

    @Parameters(paramLabel = "PATH", description = "A file or folder.")
    private Path path;

    @Option(
            names = "--plot",
            paramLabel = "FILE.svg",
            description = "For a merge folder: draw how similar its adapters are, with their groups.")
    private Path plot;

    @Option(names = "--force", description = "Replace an existing FILE.svg.")
    private boolean force;

    @Override
    public Integer call() {
        if (plot != null && !Files.exists(path.resolve("merge.json"))) {
            throw new ParameterException(
                    console.spec().commandLine(), "--plot: expected a merge folder to draw, found " + path);
        }
        if (Files.exists(path.resolve("run.json"))) {
            RunText run = RunText.read(path);
            if (run.json().has("parity")) {
                requireParts();
            }
            console.result(run.text(), run.json().put("kind", "run"));
        } else if (Files.exists(path.resolve("merge.json"))) {
            MergeView.show(console, path, Optional.ofNullable(plot), force);
        } else if (Files.exists(path.resolve("adapter_config.json"))) {
            adapter(AdapterFolder.read(path));
        } else if (Files.exists(path.resolve("config.json"))) {
            checkpoint(Checkpoint.open(path));
        } else if (path.toString().endsWith(".safetensors")) {
            tensors(SafetensorsFile.open(path));
        } else if (Files.isRegularFile(path)) {
            onnx(OnnxSummary.of(path));
        } else {
            throw new InputException(
                    path,
                    "expected a checkpoint, adapter, merge or run folder, a safetensors or an ONNX file, found "
                            + (Files.isDirectory(path)
                                    ? "a folder that is none of these"
                                    : Files.exists(path) ? "neither a file nor a folder" : "nothing"));
        }
        return ExitCode.DONE;
    }

    /** What a run is used for beyond its records. */
    private void requireParts() {
        Merged.read(path.resolve("merged"));
        MergeFolder.requireInputs(
                path.resolve("merged"),
                TaskAdapters.ofRun(path).stream().map(AdapterFolder::read).toList());
        OnnxSummary.of(path.resolve(Job.MODEL));
    }

    private void checkpoint(Checkpoint checkpoint) {
        checkpoint.file().names().forEach(checkpoint::floats);
        String sha256 = checkpoint.sha256();
        long parameters = checkpoint.file().names().stream()
                .mapToLong(name -> checkpoint.file().info(name).elements())
                .sum();
        ObjectNode json = checkpoint.isVit() ? (ObjectNode) JsonFiles.tree(checkpoint.config()) : general(checkpoint);
        json.put("kind", "checkpoint").put("parameters", parameters).put("sha256", sha256);
        console.result(
                String.format(
                        Locale.ROOT,
                        "%s%n%.1f million parameters, %s%s%nsha256 %s",
                        checkpoint.isVit() ? vit(checkpoint) : CheckpointText.of(checkpoint),
                        parameters / 1e6,
                        checkpoint.hasClassifier() ? checkpoint.labels().size() + " classes" : "no classifier",
                        checkpoint.isVit()
                                ? ", LayerNorm eps " + checkpoint.config().layerNormEps()
                                : "",
                        sha256),
                json);
    }

    private static ObjectNode general(Checkpoint checkpoint) {
        ObjectNode json = JsonFiles.object()
                .put("family", checkpoint.encoder().family())
                .put("layers", checkpoint.encoder().blocks())
                .put("width", checkpoint.encoder().width());
        json.set("input", JsonFiles.tree(checkpoint.encoder().input()));
        json.set("labels", JsonFiles.tree(checkpoint.labels()));
        return json;
    }

    private static String vit(Checkpoint checkpoint) {
        VitConfig config = checkpoint.config();
        return String.format(
                Locale.ROOT,
                "%s: %d blocks, width %d, %d heads, MLP %d, %d x %d pixels, patch %d, %d tokens",
                kind(checkpoint),
                config.layers(),
                config.hidden(),
                config.heads(),
                config.mlp(),
                config.imageSize(),
                config.imageSize(),
                config.patch(),
                config.tokens());
    }

    private static String kind(Checkpoint checkpoint) {
        String extras = checkpoint.config().form().extras();
        return checkpoint.names().family() + (extras.isEmpty() ? "" : " with " + extras);
    }

    private void adapter(AdapterFolder adapter) {
        Table table = new Table("weight", "rank", "scaling", "delta");
        ObjectNode json = JsonFiles.object().put("kind", "adapter").put("sha256", adapter.sha256());
        Importance alpha = adapter.record().alpha();
        json.put("alpha", alpha.mean());
        if (alpha.isPerLayer()) {
            json.set("layer_alphas", JsonFiles.tree(alpha.layers()));
        }
        json.put("mode", adapter.record().mode().optionName());
        json.set("classes", JsonFiles.tree(adapter.record().classes()));
        json.put("base_sha256", adapter.record().baseSha256().orElse(null));
        json.put(
                "head",
                adapter.head().map(head -> head.head().kind().optionName()).orElse(null));
        json.put("feature_blocks", adapter.head().map(NamedHead::featureBlocks).orElse(0));
        ArrayNode weights = json.putArray("weights");
        for (Map.Entry<String, LayerShape> entry : adapter.adapter().layers().entrySet()) {
            LayerShape factors = entry.getValue();
            String shape = "[" + factors.outputs() + ", " + factors.inputs() + "]";
            table.row(entry.getKey(), String.valueOf(factors.rank()), String.valueOf(factors.scaling()), shape);
            weights.addObject()
                    .put("weight", entry.getKey())
                    .put("rank", factors.rank())
                    .put("scaling", factors.scaling())
                    .put("outputs", factors.outputs())
                    .put("inputs", factors.inputs());
        }
        console.result(
                "LoRA adapter, alpha " + alpha.mean() + (alpha.isPerLayer() ? " (mean over its layers), " : ", ")
                        + adapter.record().mode().optionName() + ", classes "
                        + adapter.record().classes() + ", "
                        + adapter.head().map(NamedHead::described).orElse("no head") + "\nsha256 "
                        + adapter.sha256() + "\n\n" + table,
                json);
    }

    private void tensors(SafetensorsFile file) {
        Table table = new Table("tensor", "dtype", "shape", "bytes");
        ObjectNode json = JsonFiles.object().put("kind", "safetensors").put("sha256", TensorHash.sha256(file));
        json.set("metadata", JsonFiles.tree(file.metadata()));
        ArrayNode tensors = json.putArray("tensors");
        for (String name : file.names()) {
            TensorInfo info = file.info(name);
            table.row(name, info.dtype().name(), info.shape().toString(), String.valueOf(info.bytes()));
            tensors.add(JsonFiles.tree(info));
        }
        console.result(table.toString(), json);
    }

    private void onnx(OnnxSummary summary) {
        Table table = new Table("", "name", "dtype", "shape");
        summary.inputs()
                .forEach(each -> table.row(
                        "input", each.name(), each.dtype(), each.shape().toString()));
        summary.outputs()
                .forEach(each -> table.row(
                        "output", each.name(), each.dtype(), each.shape().toString()));
        StringBuilder metadata = new StringBuilder();
        summary.metadata()
                .forEach((key, value) -> metadata.append(
                        "\n" + key + " = " + (value.length() > 100 ? value.substring(0, 100) + "..." : value)));
        ObjectNode json = (ObjectNode) JsonFiles.tree(summary);
        json.put("kind", "onnx");
        console.result(
                String.format(
                        Locale.ROOT,
                        "ONNX model, IR version %d, opsets %s, by %s%n%d nodes %s%n%d initializers %s, %.1f MB%n%n%s%n%s",
                        summary.irVersion(),
                        summary.opsets(),
                        summary.producer(),
                        summary.nodes(),
                        summary.operators(),
                        summary.initializers(),
                        summary.dtypes(),
                        summary.initializerBytes() / 1e6,
                        table,
                        metadata),
                json);
    }
}
