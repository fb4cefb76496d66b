package ham.train.record;

import java.util.List;
import java.util.Locale;

/**
 * Accuracy on a task's own held-out images by its own linear head, the task known, just before its adapter joined and just after.
 *
 * @param images how many
 * @param before through the model that the task was trained in, a fraction
 * @param after through the merged model, a fraction
 */
public record Transfer(int images, double before, double after) {
    /**
     * A warning where joining cost more than a fraction {@code drop}.
     *
     * @param kind what was held out, in the plural
     */
    public List<String> warnings(int task, double drop, String kind) {
        // Accuracies are multiples of 1 / images: rounding must not make a drop of exactly the threshold count.
        if (before - after <= drop + 1e-9) {
            return List.of();
        }
        return List.of(String.format(
                Locale.ROOT,
                "negative transfer: accuracy on the %d held-out %s of task %d, the task known, fell from %.1f %% to %.1f %%"
                        + " when its adapter joined; a larger keep or another join may lose less",
                images,
                kind,
                task,
                100 * before,
                100 * after));
    }
}
