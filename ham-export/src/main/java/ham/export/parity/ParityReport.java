package ham.export.parity;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import ham.runtime.tensor.OutputDifference;
import java.util.Arrays;
import java.util.Collections;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * How far the logits of a model's other forms are from those of the baked graph.
 *
 * @param inputs which inputs were run
 * @param samples number of images
 * @param classes number of logits an image
 * @param quantity what was compared: {@link #LOGITS} or {@link #PROBABILITIES}
 * @param range largest minus smallest logit of the factored form over all images; logits
 * @param differences for each other form (factored, engine) the largest absolute difference from the baked logits; logits
 * @param maxAbs the largest of the differences
 * @param top1 fraction of images on which all forms have the same top class; of equal logits the first class is the top one
 * @param tolerance the largest difference that passes; logits
 * @param passed whether all logits are finite and the largest difference is within the tolerance, and the baked form is not the one without
 *     the delta
 * @param withoutDelta largest absolute difference of the model without the delta from the factored form, the control: what the check would
 *     have found if the delta were missing; null where it was not measured or the delta is zero
 * @param note what a person should know beside it; mostly empty
 */
@JsonPropertyOrder({
    "passed",
    "max_abs",
    "top1",
    "tolerance",
    "range",
    "inputs",
    "samples",
    "differences",
    "without_delta"
})
public record ParityReport(
        String inputs,
        int samples,
        @JsonIgnore int classes,
        @JsonIgnore String quantity,
        double range,
        SortedMap<String, Double> differences,
        @JsonProperty("max_abs") double maxAbs,
        double top1,
        @JsonInclude(value = JsonInclude.Include.CUSTOM, valueFilter = Unbounded.class) double tolerance,
        boolean passed,
        @JsonProperty("without_delta") @JsonInclude(JsonInclude.Include.NON_NULL) Double withoutDelta,
        @JsonIgnore String note) {

    /** What models give, unless they are told otherwise. */
    public static final String LOGITS = "logits";

    /** What a model gives that ends with its probabilities. */
    public static final String PROBABILITIES = "probabilities";

    /** Name of the reference among the {@link #differences}. */
    public static final String FACTORED = "factored";

    /** Name of the training engine's forward pass among the {@link #differences}. */
    public static final String ENGINE = "engine";

    /** Name of the usual form among the {@link #differences}, where a model in another form is compared with it. */
    public static final String USUAL_FORM = "usual form";

    /** Name of ham's own forward pass of checkpoint plus merge among the {@link #differences}, where a graph of another exporter was baked. */
    public static final String OWN = "own";

    /** Tolerance as a fraction of the range of the reference logits, for float32. */
    public static final double RELATIVE_TOLERANCE = 1e-3;

    /**
     * For 8-bit integers: the fraction of images, rounded up to whole ones, whose top class may be another. How far logits move says little
     * there.
     */
    public static final double DISAGREEING = 0.1;

    /**
     * For 8-bit integers where an image has one number, and so no top class: the largest difference, as a fraction of the range of the reference. Also what
     * the values of an encoder may differ by.
     */
    public static final double INTEGER_TOLERANCE = 0.1;

    /** For float16: {@link #RELATIVE_TOLERANCE}. */
    public static final double HALF_TOLERANCE = 1e-2;

    /** How many times as far off the model without the delta must be, for the check to tell that the delta is there. */
    public static final double TELLING = 10;

    /** A delta that moves the logits by less than this part of the tolerance may be lost in rounding. */
    private static final double LOST = 0.05;

    public ParityReport {
        differences = Collections.unmodifiableSortedMap(new TreeMap<>(differences));
    }

    /**
     * Compares logits [samples, classes], row-major. A NaN or an infinity anywhere fails.
     *
     * @param baked of the graph that is deployed
     * @param others of the other forms, {@link #FACTORED} among them
     * @throws IllegalArgumentException if the forms do not have the same number of logits
     */
    public static ParityReport compare(ParityInputs inputs, float[] baked, Map<String, float[]> others) {
        return compare(inputs, baked, others, RELATIVE_TOLERANCE);
    }

    /**
     * As {@link #compare(ParityInputs, float[], Map)}, with another tolerance.
     *
     * @param relativeTolerance as a fraction of the range of the reference logits
     */
    public static ParityReport compare(
            ParityInputs inputs, float[] baked, Map<String, float[]> others, double relativeTolerance) {
        return compare(
                LOGITS,
                inputs.description(),
                inputs.samples(),
                baked,
                others,
                relativeTolerance * OutputDifference.range(others.get(FACTORED)));
    }

    /**
     * Compares probabilities [samples, classes], row-major, of a model in another form with those of its usual form.
     *
     * @param inputs what both were run on, for people
     * @param tolerance the largest difference of a probability that passes
     */
    public static ParityReport compareProbabilities(
            String inputs, int samples, float[] found, float[] usual, double tolerance) {
        return compare(PROBABILITIES, inputs, samples, found, Map.of(USUAL_FORM, usual), tolerance);
    }

    private static ParityReport compare(
            String quantity, String inputs, int samples, float[] baked, Map<String, float[]> others, double tolerance) {
        int classes = baked.length / samples;
        SortedMap<String, Double> differences = new TreeMap<>();
        boolean[] agrees = new boolean[samples];
        Arrays.fill(agrees, true);
        others.forEach((form, logits) -> {
            if (logits.length != baked.length) {
                throw new IllegalArgumentException(
                        form + ": expected " + baked.length + " logits, as the baked form has, found " + logits.length);
            }
            OutputDifference difference = OutputDifference.of(baked, logits, samples);
            differences.put(form, difference.maxAbs());
            for (int sample = 0; sample < samples; sample++) {
                agrees[sample] &= difference.sameTop(sample);
            }
        });
        double range = OutputDifference.range(others.getOrDefault(FACTORED, baked));
        double maxAbs = differences.values().stream().reduce(0.0, Math::max);
        int agreeing = 0;
        for (boolean agree : agrees) {
            agreeing += agree ? 1 : 0;
        }
        return new ParityReport(
                inputs,
                samples,
                classes,
                quantity,
                range,
                differences,
                maxAbs,
                (double) agreeing / samples,
                tolerance,
                Double.isFinite(maxAbs) && maxAbs <= tolerance, // an infinite range would allow all
                null,
                "");
    }

    /**
     * As {@link #compare(ParityInputs, float[], Map)}, for a form whose logits may differ as long as the top classes agree: passed if all are
     * finite and no more top classes differ than {@link #DISAGREEING} allows, nor all of them; the tolerance is infinite. One logit an image has no top
     * class: it must be within {@link #INTEGER_TOLERANCE}.
     */
    public static ParityReport compareTop1(ParityInputs inputs, float[] baked, Map<String, float[]> others) {
        if (baked.length == inputs.samples()) {
            return compare(inputs, baked, others, INTEGER_TOLERANCE);
        }
        ParityReport report = compare(inputs, baked, others, 1);
        return new ParityReport(
                report.inputs,
                report.samples,
                report.classes,
                report.quantity,
                report.range,
                report.differences,
                report.maxAbs,
                report.top1,
                Double.POSITIVE_INFINITY,
                Double.isFinite(report.maxAbs)
                        && report.top1 > 0
                        && Math.round((1 - report.top1) * report.samples) <= Math.ceil(DISAGREEING * report.samples),
                report.withoutDelta,
                report.note);
    }

    /** The same with something that a person should know beside it. */
    public ParityReport noting(String text) {
        return with(passed, withoutDelta, text);
    }

    /**
     * The same with a control: what the check would have found if the delta had been left out. A tolerance may be wider than what a small delta
     * does, so a baked form that is nearer to the model without the delta than to the one with it fails, whatever the tolerance. A delta too
     * small to be told from rounding is no fault of the model, as it is right either way: the report says that the check cannot tell.
     *
     * @param baked logits of the baked form
     * @param factored those of the reference
     * @param bare those of the model without the delta, on the same inputs
     */
    public ParityReport controlled(float[] baked, float[] factored, float[] bare) {
        double control = OutputDifference.of(factored, bare, samples).maxAbs();
        boolean lost = control > LOST * tolerance
                && OutputDifference.of(baked, bare, samples).maxAbs()
                        < OutputDifference.of(baked, factored, samples).maxAbs();
        String told = "";
        if (lost) {
            told = "the baked model is nearer to the one without the delta";
        } else if (!(control >= TELLING * maxAbs)) {
            told =
                    "the delta does so little on these inputs that this check cannot tell whether it is there; give others";
        }
        return with(passed && !lost, control, note.isEmpty() || told.isEmpty() ? note + told : note + "; " + told);
    }

    private ParityReport with(boolean pass, Double control, String text) {
        return new ParityReport(
                inputs, samples, classes, quantity, range, differences, maxAbs, top1, tolerance, pass, control, text);
    }

    /** One line for people. */
    public String text() {
        String parts = differences.entrySet().stream()
                .map(entry -> String.format(Locale.ROOT, "%s %.2e", entry.getKey(), entry.getValue()))
                .collect(Collectors.joining(", "));
        String allowed = Double.isInfinite(tolerance)
                ? String.format(Locale.ROOT, "of the range %.3f; a tenth of the top classes may differ", range)
                : String.format(
                        Locale.ROOT,
                        "allowed %.2e (%s of the range %.3f)",
                        tolerance,
                        range == 0 ? RELATIVE_TOLERANCE : Math.round(tolerance / range * 1e6) / 1e6,
                        range);
        return String.format(
                Locale.ROOT,
                "parity %s on %s: largest difference of %s from the baked model %.2e (%s%s), %s, top-1 agreement %.1f %%%s",
                passed ? "passed" : "FAILED",
                inputs,
                quantity,
                maxAbs,
                parts,
                withoutDelta == null ? "" : String.format(Locale.ROOT, "; without the delta %.2e", withoutDelta),
                allowed,
                100 * top1,
                note.isEmpty() ? "" : "; " + note);
    }
}
