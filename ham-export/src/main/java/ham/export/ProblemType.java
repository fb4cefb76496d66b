package ham.export;

import ham.merge.InputException;
import ham.merge.io.JsonFiles;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** What a classifier's numbers are for, as transformers' configurations say it ({@code problem_type}) and the metadata of a model keep it. */
public enum ProblemType {
    /** One class an image: probabilities by softmax. */
    SINGLE_LABEL_CLASSIFICATION,
    /** Each class by itself: probabilities by sigmoid. */
    MULTI_LABEL_CLASSIFICATION,
    /** The numbers themselves. */
    REGRESSION;

    /** Key in a model's metadata. */
    public static final String METADATA_KEY = "ham.problem_type";

    private static final String CONFIG = "config.json";
    private static final String KEY = "problem_type";

    /** The name that configurations and metadata use. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The one with that {@link #label}. */
    public static Optional<ProblemType> ofLabel(String label) {
        return Arrays.stream(values()).filter(each -> each.label().equals(label)).findFirst();
    }

    /**
     * Of a checkpoint's folder; empty where its configuration does not say, or there is none.
     *
     * @throws InputException if it says something that transformers does not know
     */
    public static Optional<ProblemType> of(Path checkpoint) {
        Path file = checkpoint.resolve(CONFIG);
        if (!Files.isRegularFile(file)) {
            return Optional.empty();
        }
        String label = JsonFiles.read(file, "the configuration of a checkpoint").path(KEY).asText("null");
        if (label.equals("null")) {
            return Optional.empty();
        }
        return Optional.of(ofLabel(label)
                .orElseThrow(() -> new InputException(
                        file,
                        "expected '" + KEY + "' to be single_label_classification, multi_label_classification or"
                                + " regression, found '" + label + "'")));
    }

    /**
     * Whether probabilities are sigmoids, each class by itself: for several labels an image, and for a lone number, of which a softmax would
     * make 1. Transformers' pipeline for image classification does the same.
     *
     * @param type as far as it is known
     * @param classes number of logits, 0 where that is free
     */
    public static boolean isSigmoid(Optional<ProblemType> type, long classes) {
        return type.filter(MULTI_LABEL_CLASSIFICATION::equals).isPresent() || classes == 1;
    }
}
