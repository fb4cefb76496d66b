package ham.export.form;

import ham.export.OnnxSummary;
import ham.export.form.GraphForm.Input;
import ham.export.parity.ParityReport;
import ham.merge.InputException;
import ham.runtime.classify.Classifier;
import ham.runtime.classify.Labels;
import ham.runtime.classify.Prediction;
import ham.runtime.classify.Supplement;
import ham.runtime.image.RgbImage;
import ham.runtime.model.OnnxModel;
import ham.runtime.model.SessionSettings;
import ham.runtime.preprocess.Preprocessing;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/** Runs a model in two forms on the same images, each as {@link Classifier} serves it. */
public final class FormCheck {
    private static final long SEED = 1;
    private static final List<Integer> SIDES = List.of(20, 33, 64, 97, 150, 301);

    /** Both forms see the same numbers. */
    private static final double SAME_NUMBERS = 1e-4;

    /** A resized byte may be off by one: the most that a probability may differ by then, and the most as a part of what the images do to one. */
    private static final double SAME_PIXELS = 2e-2;

    private static final double OF_SPREAD = 0.1;

    /** Of probabilities in float32; all that differs where the images do nothing. */
    private static final double ROUNDING = 1e-6;

    /** Whether a model can be served by {@link Classifier}, and so be compared: float32 images in, labels and preprocessing known. */
    public static boolean possible(Path plain, Optional<String> logits) {
        OnnxSummary summary = OnnxSummary.of(plain);
        return summary.metadata().keySet().containsAll(List.of(Labels.METADATA_KEY, Preprocessing.METADATA_KEY))
                && summary.inputs().get(0).dtype().equals("float")
                && summary.outputs().stream()
                        .filter(each -> logits.isEmpty() || each.name().equals(logits.get()))
                        .findFirst()
                        .filter(each -> each.dtype().equals("float"))
                        .isPresent();
    }

    private FormCheck() {}

    /**
     * Compares.
     *
     * @param plain a model as an exporter writes it
     * @param formed the same in another form
     * @param logits the output of the plain model that holds the logits, where it is not the first that has a number a class
     * @throws InputException when they differ by more than the tolerance
     */
    public static ParityReport of(
            Path plain, Path formed, GraphForm form, Optional<String> logits, SessionSettings settings) {
        Supplement named = new Supplement(Optional.empty(), Optional.empty(), Optional.empty(), logits);
        try (Classifier before = Classifier.of(OnnxModel.open(plain, settings), named);
                Classifier after = Classifier.open(formed, settings)) {
            int classes = before.labels().size();
            float[] usual = new float[SIDES.size() * classes];
            float[] found = new float[usual.length];
            int least = Math.max(
                    before.preprocessing().height(), before.preprocessing().width());
            Random random = new Random(SEED);
            for (int i = 0; i < SIDES.size(); i++) {
                int from = i * classes;
                int height = SIDES.get(random.nextInt(SIDES.size()));
                RgbImage image = image(Math.max(SIDES.get(i), least), Math.max(height, least), random);
                for (Prediction each : before.classify(image, classes)) {
                    usual[from + each.index()] = (float) each.probability();
                    found[from + each.index()] = (float) each.probability(); // stays where the form tells the best only
                }
                for (Prediction each : after.classify(image, form.top())) {
                    found[from + each.index()] = (float) each.probability();
                }
            }
            double tolerance = form.input() == Input.UINT8 ? pixels(usual, classes) : SAME_NUMBERS;
            ParityReport report = ParityReport.compareProbabilities(
                    SIDES.size() + " seeded images of different sizes", SIDES.size(), found, usual, tolerance);
            if (!report.passed()) {
                throw new InputException(formed, "was not written, because its forms disagree: " + report.text());
            }
            return report;
        }
    }

    /** How flat the probabilities are does not matter: what counts is how far other images move them. */
    private static double pixels(float[] usual, int classes) {
        double spread = 0;
        for (int of = 0; of < classes; of++) {
            double least = Double.POSITIVE_INFINITY;
            double most = Double.NEGATIVE_INFINITY;
            for (int at = of; at < usual.length; at += classes) {
                least = Math.min(least, usual[at]);
                most = Math.max(most, usual[at]);
            }
            spread = Math.max(spread, most - least);
        }
        return Math.min(SAME_PIXELS, Math.max(ROUNDING, OF_SPREAD * spread));
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
}
