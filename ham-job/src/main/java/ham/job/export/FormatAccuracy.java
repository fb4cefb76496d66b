package ham.job.export;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import ham.export.ExportRequest;
import ham.export.VitExporter;
import ham.export.precision.NumberFormat;
import ham.export.precision.Precision;
import ham.job.work.TemporaryFolder;
import ham.job.work.WorkListener;
import ham.merge.InputException;
import ham.runtime.classify.Classifier;
import ham.runtime.model.SessionSettings;
import ham.train.data.Dataset;
import ham.train.eval.TopClasses;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * What another number format, or merged tokens, cost on real test images.
 *
 * @param images number of images
 * @param fp32 fraction that the float32 model gets right
 * @param accuracy fraction that the exported model gets right
 * @param agreement fraction of which both have the same top class
 */
public record FormatAccuracy(int images, double fp32, double accuracy, double agreement) {
    /** A loss above this is said loudly: half a point. */
    private static final double LOUD = 0.005;

    private static final int BATCH = 32;

    /**
     * As the record of an export has it.
     *
     * @param images number of images
     * @param fp32 fraction that the float32 model gets right
     * @param accuracy fraction that the exported model gets right
     * @param loss the one minus the other
     * @param agreement fraction of which both have the same top class
     * @param warning what to do about a loss that is large, else null
     */
    public record Measured(
            int images,
            double fp32,
            double accuracy,
            double loss,
            @JsonProperty("top1_agreement") double agreement,
            @JsonInclude(JsonInclude.Include.NON_NULL) String warning) {}

    /** Of the file that a request wrote, beside the same model in float32 and without merged tokens, which is built in a temporary folder. */
    public static FormatAccuracy of(ExportRequest request, Dataset data, WorkListener listener) {
        try (TemporaryFolder folder = new TemporaryFolder()) {
            Path reference = folder.path().resolve("fp32.onnx");
            VitExporter.export(request.toBuilder()
                    .optFormat(NumberFormat.PLAIN)
                    .optMergeTokens(0)
                    .optVerify(false)
                    .setOutput(reference)
                    .build());
            FormatAccuracy accuracy = measure(reference, request.output(), data, request.settings(), listener);
            accuracy.warning(request.format(), request.mergeTokens()).ifPresent(listener::warned);
            return accuracy;
        }
    }

    static String computes(NumberFormat format, int mergeTokens) {
        return format.text() + (mergeTokens == 0 ? "" : " with merged tokens (" + mergeTokens + " a block)");
    }

    /** Of two files on the test images of a data set whose classes both know. */
    public static FormatAccuracy measure(
            Path reference, Path model, Dataset data, SessionSettings settings, WorkListener listener) {
        try (Classifier left = Classifier.open(reference, settings);
                Classifier right = Classifier.open(model, settings)) {
            int[] logitOf = data.classNames().stream()
                    .mapToInt(name -> logit(left, name))
                    .toArray();
            int size = data.test().size();
            int correctLeft = 0;
            int correctRight = 0;
            int agreeing = 0;
            int[][] top = TopClasses.of(
                    data.testImages(),
                    IntStream.range(0, size).toArray(),
                    BATCH,
                    done -> listener.progress("comparing with float32", done, size),
                    left::logits,
                    right::logits);
            for (int i = 0; i < size; i++) {
                int expected = logitOf[data.test().label(i)];
                correctLeft += top[0][i] == expected ? 1 : 0;
                correctRight += top[1][i] == expected ? 1 : 0;
                agreeing += top[0][i] == top[1][i] ? 1 : 0;
            }
            return new FormatAccuracy(
                    size, (double) correctLeft / size, (double) correctRight / size, (double) agreeing / size);
        }
    }

    private static int logit(Classifier classifier, String name) {
        int index = classifier.labels().indexOf(name);
        if (index < 0) {
            throw InputException.parameter(
                    "data",
                    "expected classes that the model knows, found '" + name
                            + "'; give the data that the model was trained on");
        }
        return index;
    }

    /** Fraction of right answers that is lost; negative where the other format happens to be better. */
    public double loss() {
        return fp32 - accuracy;
    }

    Optional<String> warning(NumberFormat format, int mergeTokens) {
        if (loss() <= LOUD) {
            return Optional.empty();
        }
        List<String> ways = new ArrayList<>();
        if (mergeTokens > 0) {
            ways.add("fewer merged tokens");
        }
        if (format.precision() != Precision.FP32) {
            ways.add("more calibration images, calibration by percentile or float layers");
        }
        return Optional.of(String.format(
                Locale.ROOT,
                "%s loses %.1f points of accuracy against fp32 (%.1f %% -> %.1f %% on %d test images)%s",
                computes(format, mergeTokens),
                100 * loss(),
                100 * fp32,
                100 * accuracy,
                images,
                ways.isEmpty() ? "" : "; " + String.join(", ", ways) + " may help"));
    }

    /** One line for people. */
    public String text() {
        return String.format(
                Locale.ROOT,
                "accuracy on %d test images: %.2f %% in fp32, %.2f %% here; same top class on %.2f %%",
                images,
                100 * fp32,
                100 * accuracy,
                100 * agreement);
    }

    Measured record(NumberFormat format, int mergeTokens) {
        return new Measured(
                images,
                fp32,
                accuracy,
                loss(),
                agreement,
                warning(format, mergeTokens).orElse(null));
    }
}
