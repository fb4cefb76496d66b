package ham.runtime.app;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import ham.runtime.ModelException;
import ham.runtime.classify.Classifier;
import ham.runtime.classify.Prediction;
import ham.runtime.image.ImageDecoder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Image files and what they show.
 *
 * @param model what said so
 * @param images in the order in which they were given
 */
public record ImageAnswers(String model, List<ImageAnswer> images) {
    /** An image and its most probable classes, best first. */
    public record ImageAnswer(Path image, List<Prediction> predictions) {}

    public ImageAnswers {
        images = List.copyOf(images);
    }

    /**
     * Classifies images, one after the other.
     *
     * @throws ModelException for the first that cannot be decoded or classified
     */
    public static ImageAnswers of(Classifier classifier, List<Path> images, int top) {
        List<ImageAnswer> answers = new ArrayList<>();
        for (Path image : images) {
            answers.add(new ImageAnswer(image, classifier.classify(ImageDecoder.decode(image), top)));
        }
        return new ImageAnswers(classifier.model().name(), answers);
    }

    /** For people: under each image a line a class. */
    public String text() {
        StringBuilder text = new StringBuilder();
        for (ImageAnswer answer : images) {
            text.append(text.isEmpty() ? "" : System.lineSeparator()).append(answer.image());
            for (Prediction prediction : answer.predictions()) {
                text.append(System.lineSeparator())
                        .append("  ")
                        .append(percent(prediction.probability()))
                        .append(" %  ")
                        .append(prediction.label());
            }
        }
        return text.toString();
    }

    /** Two decimals, right aligned. {@code String.format} would load a locale's data for it. */
    private static String percent(double probability) {
        long hundredths = Math.round(10_000 * probability);
        String whole = String.valueOf(hundredths / 100);
        return " ".repeat(3 - whole.length()) + whole + "." + hundredths / 10 % 10 + hundredths % 10;
    }

    /** For programs: {@code model}, {@code images[]} with {@code image} and {@code predictions[]}. */
    public ObjectNode json() {
        ObjectNode json = JsonNodeFactory.instance.objectNode().put("model", model);
        ArrayNode list = json.putArray("images");
        for (ImageAnswer answer : images) {
            ArrayNode predictions =
                    list.addObject().put("image", answer.image().toString()).putArray("predictions");
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
