package ham.merge.record;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Which part of which merged delta was chosen on held-out training images. What records of earlier releases leave out is null.
 *
 * @param scale from 0 (the base model) to 1 (all of the delta)
 * @param images how many held-out images
 * @param heldOut accuracy there, a fraction, by candidate: a number is that part of the run's own merge, another name that of a merge that was
 *     searched
 * @param seconds what the comparison took in the whole run
 * @param merge name of the searched merge; null where the run's own is deployed, or nothing of any
 * @param entropy mean entropy of the predictions on unlabelled images, in nats, by candidate; null where none were given
 * @param passes how many images went through a model for the comparison, in the whole run
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ScaleChoice(
        double scale,
        int images,
        Map<String, Double> heldOut,
        double seconds,
        String merge,
        Map<String, Double> entropy,
        Long passes) {
    private static final Predicate<String> NUMBER = Pattern.compile("[0-9.]+").asMatchPredicate();

    public ScaleChoice {
        heldOut = Collections.unmodifiableMap(new LinkedHashMap<>(heldOut));
        entropy = entropy == null ? null : Collections.unmodifiableMap(new LinkedHashMap<>(entropy));
    }

    /** The same with what all tasks cost. */
    public ScaleChoice withCost(double allSeconds, long allPasses) {
        return new ScaleChoice(scale, images, heldOut, allSeconds, merge, entropy, passes == null ? null : allPasses);
    }

    /**
     * What a user should know, a sentence.
     *
     * @param kind what was held out, in the plural
     */
    public String sentence(String kind) {
        if (images == 0) {
            return what() + ", compared with nothing, as no training " + kind
                    + " are held out: every class has too few";
        }
        return String.format(
                Locale.ROOT,
                "%s (accuracy on %d held-out training %s by %s: %s%s; %.1f s%s)",
                what(),
                images,
                kind,
                heldOut.keySet().stream().allMatch(NUMBER) ? "scale" : "candidate",
                listed(heldOut, "%s: %.1f %%", 100),
                Optional.ofNullable(entropy)
                        .map(all -> "; entropy on unlabelled " + kind + ": " + listed(all, "%s: %.3f", 1))
                        .orElse(""),
                seconds,
                passes == null ? "" : ", " + passes + " forward passes");
    }

    private String what() {
        if (scale == 0) {
            return "training did not help, so the frozen backbone is deployed, with none of the merged delta";
        }
        String delta = merge == null ? "the merged delta" : "the merge '" + merge + "'";
        return scale == 1
                ? (merge == null ? "all of " : "") + delta + " is deployed"
                : delta + " is deployed times " + scale;
    }

    private static String listed(Map<String, Double> values, String format, double factor) {
        return values.entrySet().stream()
                .map(each -> String.format(Locale.ROOT, format, each.getKey(), factor * each.getValue()))
                .collect(Collectors.joining(", "));
    }
}
