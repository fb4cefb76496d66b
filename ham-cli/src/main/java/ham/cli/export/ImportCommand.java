package ham.cli.export;

import com.fasterxml.jackson.databind.node.ObjectNode;
import ham.cli.console.Console;
import ham.cli.console.ExitCode;
import ham.cli.console.Table;
import ham.export.importing.GraphPooling;
import ham.export.importing.ImportRequest;
import ham.export.importing.ImportResult;
import ham.export.importing.ModelImport;
import ham.merge.io.JsonFiles;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code ham import}: a checkpoint from the weights in a graph. */
@Command(
        name = "import",
        description =
                "Makes a checkpoint of the weights that an ONNX graph of a known text encoder holds, and proves it by running both.")
public final class ImportCommand implements Callable<Integer> {
    @Mixin
    private Console console;

    @Parameters(
            paramLabel = "MODEL.onnx",
            description = "A graph of BERT, RoBERTa, DistilBERT or MPNet, whoever exported it.")
    private Path model;

    @Option(
            names = "--out",
            paramLabel = "CHECKPOINT",
            required = true,
            description = "Folder of the checkpoint: config.json, model.safetensors, tokenizer.json.")
    private Path output;

    @Option(
            names = "--tokenizer",
            paramLabel = "FILE.json",
            description =
                    "Its tokenizer.json (default: in the metadata, MODEL-tokenizer.json, MODEL.tokenizer.json or tokenizer.json beside the model).")
    private Path tokenizer;

    /** The values of {@link #pooling}. */
    static final class Poolings implements Iterable<String> {
        @Override
        public Iterator<String> iterator() {
            List<String> names = new ArrayList<>();
            for (GraphPooling each : GraphPooling.values()) {
                names.add(each.optionName());
            }
            return names.iterator();
        }
    }

    @Option(
            names = "--pooling",
            paramLabel = "HOW",
            completionCandidates = Poolings.class,
            description =
                    "How tokens become one vector where no output of the graph says it: ${COMPLETION-CANDIDATES} (default: mean-unit, as"
                            + " sentence-transformers' models mostly do).")
    private String pooling;

    @Option(names = "--force", description = "Replace an existing CHECKPOINT.")
    private boolean force;

    @Override
    public Integer call() {
        ImportResult result = ModelImport.run(new ImportRequest(
                model,
                output,
                Optional.ofNullable(tokenizer),
                Optional.ofNullable(pooling).map(GraphPooling::parse),
                List.of(),
                force));
        if (!result.hasTokenizer()) {
            console.warn(output + ": has no tokenizer.json; give it (--tokenizer) before training on texts");
        }
        console.result(text(result), json(result));
        return ExitCode.DONE;
    }

    private static String text(ImportResult result) {
        Table table = new Table("output", "is", "largest difference");
        result.outputs()
                .forEach(
                        each -> table.row(each.output(), each.is(), String.format(Locale.ROOT, "%.1e", each.maxAbs())));
        long anonymous = result.weights().stream()
                .filter(each -> !each.initializer().equals(each.name()))
                .count();
        return String.format(
                        Locale.ROOT,
                        "%s, %.1f million parameters in %d weights, %d of them named by the nodes that read them",
                        result.family(),
                        result.parameters() / 1e6,
                        result.weights().size(),
                        anonymous)
                + result.pooling()
                        .map(each -> "\npooling: " + each.optionName())
                        .orElse("")
                + (result.unused().isEmpty() ? "" : "\nleft out: " + String.join(", ", result.unused()))
                + "\n"
                + table
                + "\n"
                + result.checkpoint();
    }

    private static ObjectNode json(ImportResult result) {
        ObjectNode json = JsonFiles.object();
        json.put("checkpoint", result.checkpoint().toString());
        json.put("family", result.family());
        json.put("parameters", result.parameters());
        result.pooling().ifPresent(each -> json.put("pooling", each.optionName()));
        json.put("tokenizer", result.hasTokenizer());
        result.outputs().forEach(each -> {
            ObjectNode output = json.withArray("outputs").addObject();
            output.put("output", each.output());
            output.put("is", each.is());
            output.put("max_abs", each.maxAbs());
        });
        result.weights().forEach(each -> {
            ObjectNode weight = json.withArray("weights").addObject();
            weight.put("weight", each.name());
            weight.put("initializer", each.initializer());
            weight.put("layout", each.layout());
            weight.put("how", each.how());
        });
        result.unused().forEach(json.putArray("unused")::add);
        return json;
    }
}
