package ham.cli.run;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import ham.merge.InputException;
import ham.merge.io.JsonFiles;
import ham.runtime.classify.Prediction;
import ham.runtime.classify.Scores;
import ham.runtime.classify.TextClassifier;
import ham.runtime.json.TextFile;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What a classifier says of texts.
 *
 * @param model its file
 * @param scores what makes scores of its numbers
 * @param texts in the order in which they were given
 * @param predictions of each, best first
 */
record TextAnswers(String model, Scores scores, List<String> texts, List<List<Prediction>> predictions) {
    static TextAnswers of(TextClassifier classifier, List<String> texts, int top) {
        return new TextAnswers(classifier.model().name(), classifier.scores(), texts, classifier.classify(texts, top));
    }

    /** The lines of a file that are not blank. */
    static List<String> lines(Path file) {
        List<String> lines = TextFile.read(file, "texts, one a line")
                .lines()
                .filter(line -> !line.isBlank())
                .toList();
        if (lines.isEmpty()) {
            throw new InputException(file, "expected texts, one a line, found none");
        }
        return lines;
    }

    /** For people: under each text a line a class. */
    String text() {
        List<String> blocks = new ArrayList<>();
        for (int i = 0; i < texts.size(); i++) {
            StringBuilder block = new StringBuilder(texts.get(i));
            for (Prediction each : predictions.get(i)) {
                block.append(
                        scores == Scores.NONE
                                ? String.format(Locale.ROOT, "%n%10.4f  %s", each.probability(), each.label())
                                : String.format(Locale.ROOT, "%n%7.2f %%  %s", 100 * each.probability(), each.label()));
            }
            blocks.add(block.toString());
        }
        return String.join("\n", blocks);
    }

    ObjectNode json() {
        ObjectNode json = JsonFiles.object();
        json.put("model", model);
        json.put("scores", scores.label());
        ArrayNode list = json.putArray("texts");
        for (int i = 0; i < texts.size(); i++) {
            ObjectNode node = list.addObject().put("text", texts.get(i));
            ArrayNode classes = node.putArray("predictions");
            for (Prediction each : predictions.get(i)) {
                classes.addObject()
                        .put("index", each.index())
                        .put("label", each.label())
                        .put("probability", each.probability())
                        .put("logit", each.logit());
            }
        }
        return json;
    }
}
