package ham.export.pack;

import ham.export.OnnxSummary;
import ham.merge.InputException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * Writes {@code config.pbtxt}, the text form of Triton's {@code ModelConfig}.
 *
 * <p>With a free batch dimension, {@code max_batch_size} is set and {@code dims} leave that dimension out; otherwise it is 0 and they are whole.
 * Source: {@code docs/user_guide/model_configuration.md} of Triton's server and the README of its onnxruntime backend.
 */
final class TritonConfig {
    private final Path model;
    private final OnnxSummary summary;
    private final TritonSettings settings;
    private final boolean batches;

    TritonConfig(Path model, OnnxSummary summary, TritonSettings settings) {
        this.model = model;
        this.summary = summary;
        this.settings = settings;
        this.batches = summary.inputs().stream().allMatch(TritonConfig::freeBatch)
                && summary.outputs().stream().allMatch(TritonConfig::freeBatch);
    }

    private static boolean freeBatch(OnnxSummary.Tensor tensor) {
        return tensor.shape().size() > 1 && !isNumber(tensor.shape().get(0));
    }

    /** Whether a dimension is fixed, and has no name. */
    static boolean isNumber(String dimension) {
        return dimension.matches("\\d+");
    }

    /** Whether the server may put requests together. */
    boolean batches() {
        return batches;
    }

    /**
     * The text.
     *
     * @param labelled name of the output whose columns are the classes; empty when there is none or no labels
     */
    String text(String labelled) {
        StringBuilder text = new StringBuilder();
        text.append("name: \"").append(settings.name()).append("\"\n");
        text.append(settings.tensorRt() ? "platform: \"tensorrt_plan\"\n" : "backend: \"onnxruntime\"\n");
        text.append("default_model_filename: \"").append(fileName()).append("\"\n");
        text.append("max_batch_size: ")
                .append(batches ? settings.maxBatch() : 0)
                .append('\n');
        tensors(text, "input", summary.inputs(), "");
        tensors(text, "output", summary.outputs(), labelled);
        if (batches) {
            text.append("dynamic_batching { }\n");
        }
        text.append("instance_group [\n  {\n    count: ")
                .append(settings.instances())
                .append("\n    kind: ")
                .append(settings.tensorRt() ? "KIND_GPU" : "KIND_AUTO")
                .append("\n  }\n]\n");
        return text.toString();
    }

    /** What the server loads from a version's folder. */
    String fileName() {
        return settings.tensorRt() ? "model.plan" : "model.onnx";
    }

    private void tensors(StringBuilder text, String what, List<OnnxSummary.Tensor> tensors, String labelled) {
        text.append(what).append(" [\n");
        text.append(tensors.stream()
                .map(tensor -> "  {\n    name: \"" + tensor.name() + "\"\n    data_type: " + type(tensor)
                        + "\n    dims: [ " + dims(tensor) + " ]\n"
                        + (tensor.name().equals(labelled)
                                ? "    label_filename: \"" + TritonPackage.LABELS + "\"\n"
                                : "")
                        + "  }")
                .collect(Collectors.joining(",\n")));
        text.append("\n]\n");
    }

    private String dims(OnnxSummary.Tensor tensor) {
        return tensor.shape().stream()
                .skip(batches ? 1 : 0)
                .map(dimension -> isNumber(dimension) ? dimension : "-1")
                .collect(Collectors.joining(", "));
    }

    private String type(OnnxSummary.Tensor tensor) {
        return switch (tensor.dtype()) {
            case "float" -> "TYPE_FP32";
            case "float16" -> "TYPE_FP16";
            case "bfloat16" -> "TYPE_BF16";
            case "double" -> "TYPE_FP64";
            case "uint8", "int8", "int32", "int64", "bool" ->
                "TYPE_" + tensor.dtype().toUpperCase(Locale.ROOT);
            default ->
                throw new InputException(
                        model,
                        "expected inputs and outputs of a type that Triton serves, found '" + tensor.name()
                                + "' of type " + tensor.dtype());
        };
    }
}
