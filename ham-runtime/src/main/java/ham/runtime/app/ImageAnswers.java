package ham.runtime.app;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import ham.runtime.ModelException;
import ham.runtime.classify.Classifier;
import ham.runtime.classify.Prediction;
import ham.runtime.classify.Scores;
import ham.runtime.image.ImageDecoder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Image files and what they show.
 *
 * @param model what said so
 * @param scores what made the scores
 * @param images in the order in which they were given
 */
public record ImageAnswers(String model, Scores scores, List<ImageAnswer> images) {
    /**
     * An image and its best classes, best first.
     *
     * @param problem why there are none; empty where there are
     */
    public record ImageAnswer(Path image, List<Prediction> predictions, Optional<String> problem) {}

    public ImageAnswers {
        images = List.copyOf(images);
    }

    /**
     * Classifies images, one after the other; one that cannot be decoded or classified does not keep the others from it.
     *
     * @throws ModelException if {@code top} is below 1
     */
    public static ImageAnswers of(Classifier classifier, List<Path> images, int top) {
        List<ImageAnswer> answers = new ArrayList<>();
        for (Path image : images) {
            answers.add(answer(classifier, image, top));
        }
        return new ImageAnswers(classifier.model().name(), classifier.scores(), answers);
    }

    private static ImageAnswer answer(Classifier classifier, Path image, int top) {
        try {
            return new ImageAnswer(image, classifier.classify(ImageDecoder.decode(image), top), Optional.empty());
        } catch (ModelException e) {
            if (e.parameter().isPresent()) {
                throw e;
            }
            String told = e.getMessage();
            String named = told.startsWith(image.toString()) ? told : image + ": " + told;
            return new ImageAnswer(image, List.of(), Optional.of(named));
        }
    }

    /** For each image that has no answer a sentence that names it. */
    public List<String> problems() {
        List<String> problems = new ArrayList<>();
        for (ImageAnswer each : images) {
            if (each.problem().isPresent()) {
                problems.add(each.problem().get());
            }
        }
        return problems;
    }

    /** For people: under each image a line a class. */
    public String text() {
        StringBuilder text = new StringBuilder();
        for (ImageAnswer answer : images) {
            if (answer.problem().isPresent()) {
                continue;
            }
            text.append(text.isEmpty() ? "" : System.lineSeparator()).append(answer.image());
            for (Prediction prediction : answer.predictions()) {
                text.append(System.lineSeparator())
                        .append("  ")
                        .append(
                                scores == Scores.NONE
                                        ? number(prediction.probability())
                                        : percent(prediction.probability()))
                        .append("  ")
                        .append(prediction.label());
            }
        }
        return text.toString();
    }

    /** Two decimals, right aligned. {@code String.format} would load a locale's data for it. */
    private static String percent(double probability) {
        long hundredths = Math.round(10_000 * probability);
        String whole = String.valueOf(hundredths / 100);
        return " ".repeat(3 - whole.length()) + whole + "." + hundredths / 10 % 10 + hundredths % 10 + " %";
    }

    /** A number that is no probability, right aligned. */
    private static String number(double value) {
        String text = String.valueOf((float) value);
        return " ".repeat(Math.max(0, 8 - text.length())) + text;
    }

    /**
     * For programs: {@code model}, {@code scores}, {@code images[]} with {@code image}, {@code predictions[]} and, where it has none, {@code error}.
     */
    public ObjectNode json() {
        ObjectNode json =
                JsonNodeFactory.instance.objectNode().put("model", model).put("scores", scores.label());
        ArrayNode list = json.putArray("images");
        for (ImageAnswer answer : images) {
            ObjectNode node = list.addObject().put("image", answer.image().toString());
            if (answer.problem().isPresent()) {
                node.put("error", answer.problem().get());
            }
            ArrayNode predictions = node.putArray("predictions");
            for (Prediction prediction : answer.predictions()) {
                predictions
                        .addObject()
                        .put("index", prediction.index())
                        .put("label", prediction.label())
                        .put("probability", prediction.probability())
                        .put("logit", prediction.logit());
            }
        }
        return json;
    }
}
