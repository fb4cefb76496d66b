package ham.cli.run;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import ham.cli.console.Console;
import ham.cli.console.ExitCode;
import ham.cli.console.Table;
import ham.cli.console.Usage;
import ham.merge.io.JsonFiles;
import ham.merge.io.Outputs;
import ham.runtime.app.ImageAnswers;
import ham.runtime.classify.Classifier;
import ham.runtime.classify.TextClassifier;
import ham.runtime.model.Model;
import ham.runtime.tensor.Tensor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;

/** {@code ham run}: an exported model on images or texts, or any ONNX model on tensors. */
@Command(
        name = "run",
        description =
                "Classifies images or texts with an exported model, which needs no other file; or runs any ONNX model on tensors.")
public final class RunCommand implements Callable<Integer> {
    @Mixin
    private Console console;

    @Mixin
    private ClassifierOptions options;

    @Parameters(index = "0", paramLabel = "MODEL.onnx", description = "The model.")
    private Path model;

    @Parameters(
            index = "1..*",
            arity = "0..*",
            paramLabel = "IMAGE",
            description = "PNG, JPEG, GIF, BMP, TIFF, PPM or WebP images.")
    private List<Path> images = List.of();

    @Option(
            names = "--text",
            paramLabel = "TEXT",
            arity = "1..*",
            description = "Texts for a model of texts, which has its tokenizer in its metadata.")
    private List<String> texts = List.of();

    @Option(
            names = {"--lines", "--text-file"},
            paramLabel = "FILE",
            description = "Texts for a model of texts, one a line; blank lines are passed over.")
    private Path lines;

    @Option(
            names = "--top",
            paramLabel = "K",
            defaultValue = "5",
            description = "Most probable classes to print an image or text (default: ${DEFAULT-VALUE}).")
    private int top;

    @Option(
            names = "--tensors",
            paramLabel = "IN.safetensors",
            description = "Graph inputs by name; a lone tensor fits a lone input. Needs --out.")
    private Path tensors;

    @Option(names = "--out", paramLabel = "OUT.safetensors", description = "Where the graph's outputs go, by name.")
    private Path out;

    @Option(names = "--force", description = "Replace an existing output.")
    private boolean force;

    @Override
    public Integer call() {
        long kinds = Stream.of(tensors != null, !images.isEmpty(), !texts.isEmpty() || lines != null)
                .filter(given -> given)
                .count();
        if (kinds != 1) {
            throw new ParameterException(
                    console.spec().commandLine(),
                    "expected images, or texts (--text, --lines), or --tensors with --out, and not several of these");
        }
        if ((tensors == null) != (out == null)) {
            throw new ParameterException(console.spec().commandLine(), "--tensors and --out go together");
        }
        if (top < 1) {
            throw new ParameterException(console.spec().commandLine(), "--top: expected at least 1, found " + top);
        }
        if (tensors != null) {
            refuseClasses();
            runTensors();
        } else if (images.isEmpty()) {
            classifyTexts();
        } else {
            return classify();
        }
        return ExitCode.DONE;
    }

    /** What says how classes are told says nothing of tensors. */
    private void refuseClasses() {
        Usage.typed(console.spec(), "--labels", "--preprocessing", "--scores", "--output", "--top")
                .ifPresent(name -> {
                    throw new ParameterException(
                            console.spec().commandLine(),
                            "--tensors: expected nothing of classes beside it, found " + name + "; leave it out");
                });
    }

    private int classify() {
        try (Classifier classifier = options.open(console, model)) {
            ImageAnswers answers = ImageAnswers.of(classifier, images, top);
            console.result(answers.text(), answers.json());
            answers.problems().forEach(problem -> console.stage("ham: " + problem));
            return answers.problems().isEmpty() ? ExitCode.DONE : ExitCode.FAILED;
        }
    }

    private void classifyTexts() {
        List<String> all = new ArrayList<>(texts);
        if (lines != null) {
            all.addAll(TextAnswers.lines(lines));
        }
        try (TextClassifier classifier = options.openTexts(console, model)) {
            TextAnswers answers = TextAnswers.of(classifier, all, top);
            console.result(answers.text(), answers.json());
        }
    }

    private void runTensors() {
        Outputs.checkFile(out, force, List.of(model, tensors));
        try (Model opened = options.session().open(console, model)) {
            Map<String, Tensor> inputs = TensorFiles.read(tensors, opened.inputs());
            Map<String, Tensor> outputs = opened.run(inputs);
            Outputs.file(out, force, file -> TensorFiles.write(file, outputs));
            Table table = new Table("output", "dtype", "shape");
            ObjectNode json = JsonFiles.object().put("out", out.toString());
            ArrayNode list = json.putArray("outputs");
            outputs.forEach((name, tensor) -> {
                table.row(name, tensor.type().label(), tensor.shape().toString());
                ObjectNode node = list.addObject()
                        .put("name", name)
                        .put("dtype", tensor.type().label());
                node.set("shape", JsonFiles.tree(tensor.shape()));
            });
            console.result(table + "\nwritten to " + out, json);
        }
    }
}
