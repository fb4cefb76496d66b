package ham.merge.record;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Which part of a merged delta was chosen on held-out training images.
 *
 * @param scale from 0 (the base model) to 1 (all of the delta)
 * @param images how many held-out images
 * @param heldOut accuracy there, a fraction, by scale
 * @param seconds what the comparison took in the whole run
 */
public record ScaleChoice(double scale, int images, Map<String, Double> heldOut, double seconds) {
    public ScaleChoice {
        heldOut = Collections.unmodifiableMap(new LinkedHashMap<>(heldOut));
    }

    /** The same after another time. */
    public ScaleChoice withSeconds(double all) {
        return new ScaleChoice(scale, images, heldOut, all);
    }

    /**
     * What a user should know, a sentence.
     *
     * @param kind what was held out, in the plural
     */
    public String sentence(String kind) {
        String compared = heldOut.entrySet().stream()
                .map(each -> String.format(Locale.ROOT, "%s: %.1f %%", each.getKey(), 100 * each.getValue()))
                .collect(Collectors.joining(", "));
        String what = scale == 0
                ? "training did not help, so the frozen backbone is deployed, with none of the merged delta"
                : scale == 1 ? "all of the merged delta is deployed" : "the merged delta is deployed times " + scale;
        return String.format(
                Locale.ROOT,
                "%s (accuracy on %d held-out training %s by scale: %s; %.1f s)",
                what,
                images,
                kind,
                compared,
                seconds);
    }
}
