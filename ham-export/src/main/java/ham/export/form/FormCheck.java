package ham.export.form;

import ham.export.OnnxSummary;
import ham.export.form.GraphForm.Input;
import ham.merge.InputException;
import ham.runtime.classify.Classifier;
import ham.runtime.classify.Labels;
import ham.runtime.classify.Prediction;
import ham.runtime.image.RgbImage;
import ham.runtime.model.SessionSettings;
import ham.runtime.preprocess.Preprocessing;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;

/**
 * Runs a model in two forms on the same images, each as {@link Classifier} serves it.
 *
 * @param images how many
 * @param maxAbs largest difference of a probability
 * @param tolerance the largest that passes
 */
public record FormCheck(int images, double maxAbs, double tolerance) {
    private static final long SEED = 1;
    private static final List<Integer> SIDES = List.of(20, 33, 64, 97, 150, 301);

    /** Both forms see the same numbers. */
    private static final double SAME_NUMBERS = 1e-4;

    /** A resized byte may be off by one. */
    private static final double SAME_PIXELS = 2e-2;

    /** Whether a model can be served by {@link Classifier}, and so be compared: float32 images in, labels and preprocessing known. */
    public static boolean possible(Path plain) {
        OnnxSummary summary = OnnxSummary.of(plain);
        return summary.metadata().keySet().containsAll(List.of(Labels.METADATA_KEY, Preprocessing.METADATA_KEY))
                && summary.inputs().get(0).dtype().equals("float")
                && summary.outputs().get(0).dtype().equals("float");
    }

    /**
     * Compares.
     *
     * @param plain a model as an exporter writes it
     * @param formed the same in another form
     * @throws InputException when they differ by more than the tolerance
     */
    public static FormCheck of(Path plain, Path formed, GraphForm form, SessionSettings settings) {
        double maxAbs = 0;
        try (Classifier before = Classifier.open(plain, settings);
                Classifier after = Classifier.open(formed, settings)) {
            int least = Math.max(
                    before.preprocessing().height(), before.preprocessing().width());
            Random random = new Random(SEED);
            for (int width : SIDES) {
                int height = SIDES.get(random.nextInt(SIDES.size()));
                RgbImage image = image(Math.max(width, least), Math.max(height, least), random);
                Map<Integer, Double> expected = new HashMap<>();
                before.classify(image, before.labels().size())
                        .forEach(each -> expected.put(each.index(), each.probability()));
                for (Prediction each : after.classify(image, form.top())) {
                    maxAbs = Math.max(maxAbs, Math.abs(each.probability() - expected.getOrDefault(each.index(), 0.0)));
                }
            }
        }
        double tolerance = form.input() == Input.UINT8 ? SAME_PIXELS : SAME_NUMBERS;
        if (!(maxAbs <= tolerance)) {
            throw new InputException("The model was not written, because its form with another input or output gives other"
                    + " probabilities than it does without: expected a difference of at most " + tolerance + ", found "
                    + maxAbs);
        }
        return new FormCheck(SIDES.size(), maxAbs, tolerance);
    }

    /** Coarse patterns with some noise, as photographs have. */
    private static RgbImage image(int width, int height, Random random) {
        byte[] rgb = new byte[3 * width * height];
        double[] waves = random.doubles(6, 1, 12).toArray();
        for (int i = 0; i < rgb.length; i++) {
            int channel = i % 3;
            int pixel = i / 3;
            int row = pixel / width;
            double angle = waves[channel] * (pixel - row * width) / width + waves[3 + channel] * row / height;
            double wave = Math.sin(angle) + random.nextGaussian() / 8;
            rgb[i] = (byte) Math.max(0, Math.min(255, Math.round(127.5 + 100 * wave)));
        }
        return new RgbImage(width, height, rgb);
    }

    /** One line for people. */
    public String text() {
        return String.format(
                Locale.ROOT,
                "form passed on %d seeded images: largest difference of a probability from the usual form %.2e, allowed %.0e",
                images,
                maxAbs,
                tolerance);
    }
}
