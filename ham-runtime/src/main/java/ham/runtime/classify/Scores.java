package ham.runtime.classify;

import com.fasterxml.jackson.core.JsonProcessingException;
import ham.common.BrokenJson;
import ham.runtime.ModelException;
import ham.runtime.json.JsonTree;
import ham.runtime.json.TextFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** What makes a score of each number that a classifier gives. */
public enum Scores {
    /** One class of all: the scores sum to 1. */
    SOFTMAX,
    /** Each class for itself, as for several labels an image, or for a yes or no: 1 / (1 + exp(-x)). */
    SIGMOID,
    /** Nothing: the number is the score. */
    NONE;

    /** Key in a model's metadata: {@code single_label_classification}, {@code multi_label_classification} or {@code regression}, as transformers. */
    public static final String METADATA_KEY = "ham.problem_type";

    /** One label an image. */
    public static final String SINGLE_LABEL = "single_label_classification";

    /** Several labels an image. */
    public static final String MULTI_LABEL = "multi_label_classification";

    /** The name that people type. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * The one with the given {@link #label}.
     *
     * @throws ModelException if there is none
     */
    public static Scores ofLabel(String label) {
        return Arrays.stream(values())
                .filter(each -> each.label().equals(label))
                .findFirst()
                .orElseThrow(() -> ModelException.parameter(
                        "scores", "expected auto, softmax, sigmoid or none, found '" + label + "'"));
    }

    /**
     * The {@code problem_type} that a checkpoint's {@code config.json} tells, for the metadata of what is made of it.
     *
     * @param checkpoint folder of the checkpoint
     * @throws ModelException if the file is broken
     */
    public static Optional<String> problemType(Path checkpoint) {
        Path file = checkpoint.resolve("config.json");
        if (!Files.isRegularFile(file)) {
            return Optional.empty();
        }
        try {
            return Optional.ofNullable(JsonTree.parse(TextFile.read(file, "a JSON text"))
                    .path("problem_type")
                    .textValue());
        } catch (JsonProcessingException e) {
            throw new ModelException(
                    file + ": expected a JSON object, found broken JSON (" + BrokenJson.problem(e.getOriginalMessage())
                            + ").",
                    e);
        }
    }

    /**
     * As transformers' pipeline for image classification chooses: sigmoid for several labels an image and for a lone number, else softmax.
     *
     * @param problemType of the model's configuration, or null
     * @param classes how many numbers the model gives
     */
    public static Scores of(String problemType, int classes) {
        return MULTI_LABEL.equals(problemType) || classes == 1 ? SIGMOID : SOFTMAX;
    }
}
