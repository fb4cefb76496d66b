package ham.export.pack;

import ham.export.OnnxSummary;
import ham.export.parity.ParityReport;
import ham.merge.InputException;
import ham.runtime.classify.AnswerForm;
import ham.runtime.classify.Labels;
import ham.runtime.text.TextPreprocessing;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Writes a model repository of NVIDIA's Triton Inference Server: {@code NAME/config.pbtxt}, {@code NAME/1/model.onnx}, {@code NAME/labels.txt}. For
 * TensorRT the engine must be built on the machine that serves; the folder then holds the ONNX file and the command.
 */
public final class TritonPackage {
    static final String LABELS = "labels.txt";

    /** Of the standard, but unknown to TensorRT's parser: int8 whose ranges are measured at every run. */
    private static final Set<String> DYNAMIC = Set.of("DynamicQuantizeLinear", "MatMulInteger", "ConvInteger");

    /** Tokens of a text that most encoders take, where the model does not say how many it does. */
    private static final int LONGEST = 512;

    /** Tokens of a text that an engine is made fastest for. */
    private static final int USUAL = 128;

    private TritonPackage() {}

    /**
     * Fills an empty folder.
     *
     * @param model a finished model; a file {@code MODEL.data} beside it goes along
     * @return the content of {@code package.json}
     * @throws InputException when Triton or TensorRT cannot serve the model
     */
    public static PackageRecord write(Path folder, Path model, TritonSettings settings) throws IOException {
        OnnxSummary summary = OnnxSummary.of(model);
        if (settings.tensorRt()) {
            requireParsed(model, summary);
        }
        TritonConfig config = new TritonConfig(model, summary, settings);
        Path repository = Files.createDirectory(folder.resolve(settings.name()));
        Path version = Files.createDirectory(repository.resolve("1"));
        String labelled = labels(model, summary, repository.resolve(LABELS));
        Files.writeString(repository.resolve("config.pbtxt"), config.text(labelled));
        copy(model, (settings.tensorRt() ? folder : version).resolve("model.onnx"));
        String command = null;
        String engine = null;
        List<String> readme = new ArrayList<>(List.of(
                "# Triton model repository",
                "",
                "    " + ServerCommands.serve("\"$PWD\""),
                "",
                "Model `" + settings.name() + "`, version 1: " + describe("inputs", summary.inputs()) + "; "
                        + describe("outputs", summary.outputs()) + ".",
                labelled.isEmpty()
                        ? "There is no output with one column a class, so Triton's classification extension finds no labels."
                        : "`labels.txt` names the columns of `" + labelled
                                + "` for Triton's classification extension."));
        if (settings.tensorRt()) {
            command = engineCommand(model, summary, settings);
            engine = settings.name() + "/1/" + config.fileName();
            readme.addAll(List.of(
                    "",
                    "**The engine is not here yet.** It fits one kind of GPU and one version of TensorRT, so build it with the trtexec"
                            + " of the server's own container, on the GPU that will serve:",
                    "",
                    "    " + command,
                    "",
                    "Until then Triton refuses the model, because `" + engine + "` is missing."));
        }
        PackageRecord record = new PackageRecord(
                settings.tensorRt() ? "triton-tensorrt" : "triton",
                settings.name(),
                null,
                ServerCommands.serve("FOLDER"),
                command,
                engine,
                null,
                null);
        return PackageFolder.finish(folder, record, readme);
    }

    private static String describe(String what, List<OnnxSummary.Tensor> tensors) {
        return what + " "
                + tensors.stream()
                        .map(tensor -> "`" + tensor.name() + "` " + tensor.dtype() + " ["
                                + String.join(", ", tensor.shape()) + "]")
                        .collect(Collectors.joining(", "));
    }

    /** Writes the labels, and says which output has one column for each: none of a model that gives its best classes only. */
    private static String labels(Path model, OnnxSummary summary, Path file) throws IOException {
        String json = summary.metadata().get(Labels.METADATA_KEY);
        if (json == null) {
            return "";
        }
        List<String> labels = Labels.fromJson(json, model + ", metadata " + Labels.METADATA_KEY);
        for (String label : labels) {
            if (label.lines().count() != 1) {
                throw new InputException(
                        model, "expected labels of one line each for " + LABELS + ", found '" + label + "'");
            }
        }
        Files.writeString(file, String.join("\n", labels) + "\n");
        boolean all = !"top-k".equals(summary.metadata().get(AnswerForm.METADATA_KEY));
        return all ? classes(summary, labels.size()).orElse("") : "";
    }

    /** The output that metadata name, or that is called so, or else the only one that has a column a class. */
    private static Optional<String> classes(OnnxSummary summary, int classes) {
        List<OnnxSummary.Tensor> flat = summary.outputs().stream()
                .filter(each -> each.shape().size() == 2)
                .toList();
        List<String> known = flat.stream()
                .filter(each -> each.shape().get(1).equals(Integer.toString(classes)))
                .map(OnnxSummary.Tensor::name)
                .toList();
        List<String> free = flat.stream()
                .filter(each -> !TritonConfig.isNumber(each.shape().get(1)))
                .map(OnnxSummary.Tensor::name)
                .toList();
        return Stream.of(
                        summary.metadata().getOrDefault(AnswerForm.LOGITS_KEY, ParityReport.LOGITS),
                        ParityReport.LOGITS,
                        ParityReport.PROBABILITIES)
                .filter(name -> known.contains(name) || free.contains(name))
                .findFirst()
                .or(() -> Stream.of(known, free)
                        .filter(names -> !names.isEmpty())
                        .findFirst()
                        .filter(names -> names.size() == 1)
                        .map(names -> names.get(0)));
    }

    private static void copy(Path model, Path target) throws IOException {
        Path data = model.resolveSibling(model.getFileName() + ".data");
        if (Files.exists(data)) {
            // The model names its data file, so that keeps its name.
            Files.copy(data, target.resolveSibling(data.getFileName()));
        }
        Files.copy(model, target);
    }

    private static void requireParsed(Path model, OnnxSummary summary) {
        List<String> unknown = summary.operators().keySet().stream()
                .filter(each -> each.startsWith("com.") || each.startsWith("ai.onnx.") || DYNAMIC.contains(each))
                .toList();
        if (!unknown.isEmpty()) {
            throw new InputException(
                    model,
                    "expected operators that TensorRT's parser knows, found " + String.join(", ", unknown)
                            + "; export with flavor standard, and int8 with calibration images");
        }
    }

    private static String engineCommand(Path model, OnnxSummary summary, TritonSettings settings) {
        List<OnnxSummary.Tensor> inputs = summary.inputs();
        if (inputs.get(0).dtype().equals("uint8")) {
            throw new InputException(
                    model,
                    "expected the float input for TensorRT, because its parser has no antialiased Resize, found uint8 images;"
                            + " export with the float input");
        }
        String command = ServerCommands.build(settings.name());
        if (inputs.stream().flatMap(each -> each.shape().stream()).allMatch(TritonConfig::isNumber)) {
            return command;
        }
        int longest = TextPreprocessing.isIn(summary.metadata())
                ? TextPreprocessing.fromMetadata(summary.metadata(), model.toString())
                        .longest()
                : LONGEST;
        return command
                + ServerCommands.shapes(
                        shapes(inputs, 1, 1),
                        shapes(inputs, settings.maxBatch(), Math.min(USUAL, longest)),
                        shapes(inputs, settings.maxBatch(), longest));
    }

    /** Of all inputs: the first free dimension is the batch, others are lengths of texts. */
    private static String shapes(List<OnnxSummary.Tensor> inputs, int batch, int length) {
        return inputs.stream()
                .map(input -> input.name() + ":" + shape(input.shape(), batch, length))
                .collect(Collectors.joining(","));
    }

    private static String shape(List<String> dimensions, int batch, int length) {
        return IntStream.range(0, dimensions.size())
                .mapToObj(i -> TritonConfig.isNumber(dimensions.get(i))
                        ? dimensions.get(i)
                        : Integer.toString(i == 0 ? batch : length))
                .collect(Collectors.joining("x"));
    }
}
