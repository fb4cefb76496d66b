package ham.export.importing;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What is imported.
 *
 * @param model the ONNX file
 * @param output folder of the checkpoint
 * @param tokenizer its {@code tokenizer.json}; empty for what lies beside the model or stands in its metadata
 * @param pooling how tokens become one vector where the graph does not say it
 * @param labels names of the classes of a classifier; empty for what the metadata say, or numbers
 * @param force whether an existing folder is replaced
 */
public record ImportRequest(
        Path model,
        Path output,
        Optional<Path> tokenizer,
        Optional<GraphPooling> pooling,
        List<String> labels,
        boolean force) {
    public ImportRequest {
        labels = List.copyOf(labels);
    }

    /** With all defaults. */
    public static ImportRequest of(Path model, Path output) {
        return new ImportRequest(model, output, Optional.empty(), Optional.empty(), List.of(), false);
    }
}
