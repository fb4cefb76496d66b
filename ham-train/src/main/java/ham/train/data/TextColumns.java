package ham.train.data;

import java.util.List;
import java.util.Optional;

/**
 * Which columns of a list of texts hold what.
 *
 * @param text name of the column of texts; empty for the first of the usual names that is there
 * @param label name of the column of classes, as {@code text}
 */
public record TextColumns(Optional<String> text, Optional<String> label) {
    /** The usual names. */
    public static final TextColumns USUAL = new TextColumns(Optional.empty(), Optional.empty());

    private static final List<String> TEXT =
            List.of("text", "sentence", "utterance", "query", "question", "content", "review", "tweet", "message");

    private static final List<String> LABEL =
            List.of("label_text", "label", "category", "intent", "class", "target", "labels", "class_name", "topic");

    List<String> texts() {
        return text.map(List::of).orElse(TEXT);
    }

    List<String> labels() {
        return label.map(List::of).orElse(LABEL);
    }
}
