package ham.cli.export;

import ham.cli.console.Usage;
import ham.export.form.GraphForm;
import ham.export.form.GraphForm.Input;
import ham.export.form.GraphForm.Output;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;

/** What an exported model takes and gives. */
final class FormOptions {
    @Option(
            names = "--input",
            paramLabel = "FORM",
            defaultValue = "float",
            description =
                    "float: pixel_values, resized and normalised by the caller; uint8: images [batch, height, width,"
                            + " 3] of any size, resized and normalised in the graph (default: ${DEFAULT-VALUE}).")
    private Input input;

    @Option(
            names = "--output",
            paramLabel = "FORM",
            defaultValue = "logits",
            description = "logits, probabilities, or top-k: probabilities and numbers of the best classes"
                    + " (default: ${DEFAULT-VALUE}).")
    private Output output;

    @Option(
            names = "--top",
            paramLabel = "K",
            defaultValue = "5",
            description = "Classes that --output top-k gives (default: ${DEFAULT-VALUE}).")
    private int top;

    @Option(names = "--features", description = "Give the features that the classifier reads as a further output.")
    private boolean features;

    @Option(
            names = "--logits",
            paramLabel = "NAME",
            description = "With an ONNX model of several outputs: the one that holds the logits of the classes"
                    + " (default: the one behind the checkpoint's classifier).")
    private String logits;

    /** The output of a graph of several that holds the logits, where it is named. */
    Optional<String> logits() {
        return Optional.ofNullable(logits);
    }

    GraphForm form(CommandSpec spec) {
        Usage.requireWith(spec, output == Output.TOP_K, "--output top-k", "--top");
        return new GraphForm(input, output, output == Output.TOP_K ? top : 1, features);
    }
}
