package ham.runtime.classify;

import ham.runtime.preprocess.Preprocessing;
import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;

/**
 * What a classifier's file does not say itself. What is given here beats the file.
 *
 * @param labels in the order of the logits
 * @param preprocessing for the side of the images that the graph takes, in pixels; -1 where the graph does not say it
 * @param scores what makes scores of the numbers of the output as they are
 * @param output name of the output that holds the classes
 */
public record Supplement(
        Optional<List<String>> labels,
        Optional<IntFunction<Preprocessing>> preprocessing,
        Optional<Scores> scores,
        Optional<String> output) {
    /** Nothing: the file says all. */
    public static final Supplement NONE = new Supplement(Optional.empty(), Optional.empty());

    public Supplement {
        labels = labels.map(List::copyOf);
    }

    /** Labels and preprocessing; the rest follows from the file. */
    public Supplement(Optional<List<String>> labels, Optional<IntFunction<Preprocessing>> preprocessing) {
        this(labels, preprocessing, Optional.empty(), Optional.empty());
    }

    /** Labels and the preprocessing, whatever size the graph says. */
    public static Supplement of(List<String> labels, Preprocessing preprocessing) {
        return new Supplement(Optional.of(labels), Optional.of(side -> preprocessing));
    }
}
