package ham.cli.run;

import ham.cli.console.Console;
import ham.job.evaluate.OpenedClassifier;
import ham.runtime.ModelException;
import ham.runtime.classify.Classifier;
import ham.runtime.classify.Labels;
import ham.runtime.classify.Scores;
import ham.runtime.classify.Supplement;
import ham.runtime.classify.TextClassifier;
import ham.runtime.preprocess.PreprocessingChoice;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** A model that classifies images or texts: what runs it, and what its file does not say itself. */
public final class ClassifierOptions {
    @Mixin
    private SessionOptions session;

    @Option(
            names = "--labels",
            paramLabel = "FILE",
            description = "Labels for a model that has none: one a line, a JSON array, or a config.json with id2label.")
    private Path labels;

    @Option(
            names = "--preprocessing",
            paramLabel = "WHAT",
            description =
                    "Preprocessing for a model that has none: a preprocessor_config.json, imagenet, half or plain-crop.")
    private String preprocessing;

    @Option(
            names = "--scores",
            paramLabel = "HOW",
            defaultValue = "auto",
            description =
                    "What makes scores of the model's numbers: softmax, sigmoid, none, or auto for what the model says (default: ${DEFAULT-VALUE}).")
    private String scores;

    @Option(
            names = "--output",
            paramLabel = "NAME",
            description = "Output of the graph that holds the classes, where it has several.")
    private String output;

    /** What runs the model. */
    SessionOptions session() {
        return session;
    }

    /**
     * Opens the model.
     *
     * @throws ModelException as {@link SessionOptions#open}, or if labels or preprocessing are missing or do not fit
     */
    Classifier open(Console console, Path model) {
        Supplement given = supplement();
        return Classifier.of(session.open(console, model), given);
    }

    /** As {@link #open}, of texts. */
    TextClassifier openTexts(Console console, Path model) {
        Supplement given = supplement();
        return TextClassifier.of(session.open(console, model), given);
    }

    /** As {@link #open}, of images or of texts as the model's metadata say. */
    OpenedClassifier openAny(Console console, Path model) {
        Supplement given = supplement();
        return OpenedClassifier.of(session.open(console, model), given);
    }

    private Supplement supplement() {
        return new Supplement(
                Optional.ofNullable(labels).map(Labels::read),
                Optional.ofNullable(preprocessing).map(PreprocessingChoice::parse),
                Optional.of(scores).filter(how -> !how.equals("auto")).map(Scores::ofLabel),
                Optional.ofNullable(output));
    }
}
