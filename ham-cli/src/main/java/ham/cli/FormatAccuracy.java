package ham.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import ham.merge.InputException;
import ham.merge.io.JsonFiles;
import ham.runtime.classify.Classifier;
import ham.runtime.image.RgbImage;
import ham.runtime.model.SessionSettings;
import ham.train.data.Dataset;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * What another number format costs on real test images.
 *
 * @param images number of images
 * @param fp32 fraction that the float32 model gets right
 * @param accuracy fraction that the exported model gets right
 * @param agreement fraction of which both have the same top class
 */
record FormatAccuracy(int images, double fp32, double accuracy, double agreement) {
    /** A loss above this is said loudly: half a point. */
    private static final double LOUD = 0.005;

    private static final int BATCH = 32;

    static FormatAccuracy measure(Console console, Path reference, Path model, Dataset data, SessionSettings settings) {
        try (Classifier left = Classifier.open(reference, settings);
                Classifier right = Classifier.open(model, settings)) {
            int[] logitOf = data.classNames().stream()
                    .mapToInt(name -> logit(left, name))
                    .toArray();
            int size = data.test().size();
            int correctLeft = 0;
            int correctRight = 0;
            int agreeing = 0;
            for (int from = 0; from < size; from += BATCH) {
                List<RgbImage> batch = IntStream.range(from, Math.min(from + BATCH, size))
                        .mapToObj(data.test()::image)
                        .toList();
                float[][] leftLogits = left.logits(batch);
                float[][] rightLogits = right.logits(batch);
                for (int i = 0; i < batch.size(); i++) {
                    int expected = logitOf[data.test().label(from + i)];
                    int leftTop = top(leftLogits[i]);
                    int rightTop = top(rightLogits[i]);
                    correctLeft += leftTop == expected ? 1 : 0;
                    correctRight += rightTop == expected ? 1 : 0;
                    agreeing += leftTop == rightTop ? 1 : 0;
                }
                console.progress("comparing with float32: %d of %d images", from + batch.size(), size);
            }
            return new FormatAccuracy(
                    size, (double) correctLeft / size, (double) correctRight / size, (double) agreeing / size);
        }
    }

    private static int logit(Classifier classifier, String name) {
        int index = classifier.labels().indexOf(name);
        if (index < 0) {
            throw new InputException("--data: expected classes that the model knows, found '" + name
                    + "'; give the data that the model was trained on");
        }
        return index;
    }

    private static int top(float[] logits) {
        int top = 0;
        for (int i = 1; i < logits.length; i++) {
            top = logits[i] > logits[top] ? i : top;
        }
        return top;
    }

    /** Fraction of right answers that is lost; negative where the other format happens to be better. */
    double loss() {
        return fp32 - accuracy;
    }

    Optional<String> warning(String format) {
        return loss() <= LOUD
                ? Optional.empty()
                : Optional.of(String.format(
                        Locale.ROOT,
                        "%s loses %.1f points of accuracy against fp32 (%.1f %% -> %.1f %% on %d test images); more"
                                + " --calibration-images, --calibration percentile or --float-layers may help",
                        format,
                        100 * loss(),
                        100 * fp32,
                        100 * accuracy,
                        images));
    }

    String text() {
        return String.format(
                Locale.ROOT,
                "accuracy on %d test images: %.2f %% in fp32, %.2f %% here; same top class on %.2f %%",
                images,
                100 * fp32,
                100 * accuracy,
                100 * agreement);
    }

    ObjectNode json(String format) {
        ObjectNode json = JsonFiles.object();
        json.put("images", images);
        json.put("fp32", fp32);
        json.put("accuracy", accuracy);
        json.put("loss", loss());
        json.put("top1_agreement", agreement);
        warning(format).ifPresent(text -> json.put("warning", text));
        return json;
    }
}
