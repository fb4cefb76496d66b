package ham.train.guard;

import ham.merge.head.Head;
import ham.merge.head.HeadKind;
import ham.merge.record.ScaleChoice;
import ham.merge.safetensors.SafetensorsFile;
import ham.merge.safetensors.SafetensorsWriter;
import ham.merge.tensor.Matrix;
import ham.train.engine.TorchEngine;
import ham.train.head.Features;
import ham.train.head.HeadLogits;
import ham.train.head.OnlineHeads;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * Compares parts of the merged delta on held-out training images of all tasks so far. Each part has a model and statistics of its own, taken task by
 * task as those of the deployed model are, so that what is compared is what would be deployed, but for the held-out images that its head
 * has not seen. Not thread-safe.
 */
public final class Guard implements AutoCloseable {
    private final TorchEngine engine;
    private final HeadKind kind;
    private final List<BigDecimal> scales;
    private final List<GuardedHeads> parts;
    private ScaleChoice choice;

    private Guard(TorchEngine engine, HeadKind kind, List<BigDecimal> scales, List<GuardedHeads> parts) {
        this.engine = engine;
        this.kind = kind;
        this.scales = scales;
        this.parts = parts;
    }

    /** Heads of each part; those of nothing and of all are the run's own. */
    private static List<OnlineHeads> heads(
            List<BigDecimal> scales,
            OnlineHeads frozen,
            OnlineHeads merged,
            Function<BigDecimal, OnlineHeads> between) {
        return scales.stream()
                .map(scale -> scale.signum() == 0
                        ? frozen
                        : scale.compareTo(BigDecimal.ONE) == 0 ? merged : between.apply(scale))
                .toList();
    }

    /**
     * Begins with no class.
     *
     * @param kind the head with which parts are compared; prototype or analytic
     * @param features width d of a feature
     * @param frozen heads of the frozen backbone, to which the run adds
     * @param merged heads of the model with all of its delta, to which the run adds
     * @param between makes empty heads
     */
    public static Guard begin(
            TorchEngine engine,
            HeadKind kind,
            GuardRule rule,
            int features,
            OnlineHeads frozen,
            OnlineHeads merged,
            Function<BigDecimal, OnlineHeads> between) {
        return new Guard(
                engine,
                kind,
                rule.scales(),
                heads(rule.scales(), frozen, merged, between).stream()
                        .map(each -> new GuardedHeads(each, features))
                        .toList());
    }

    /** What {@link #save} wrote; {@code between} restores the heads under a prefix. */
    public static Guard restore(
            TorchEngine engine,
            HeadKind kind,
            GuardRule rule,
            SafetensorsFile file,
            OnlineHeads frozen,
            OnlineHeads merged,
            Function<String, OnlineHeads> between) {
        List<OnlineHeads> heads = heads(rule.scales(), frozen, merged, scale -> between.apply(prefix(scale)));
        List<GuardedHeads> parts = new ArrayList<>();
        for (int i = 0; i < heads.size(); i++) {
            parts.add(GuardedHeads.restore(
                    heads.get(i), file, prefix(rule.scales().get(i))));
        }
        return new Guard(engine, kind, rule.scales(), parts);
    }

    /** Adds the state to a checkpoint. */
    public void save(SafetensorsWriter writer) {
        for (int i = 0; i < parts.size(); i++) {
            parts.get(i).save(writer, prefix(scales.get(i)));
            if (isBetween(i)) {
                parts.get(i).heads().save(writer, prefix(scales.get(i)));
            }
        }
    }

    private static String prefix(BigDecimal scale) {
        return "guard." + scale.toPlainString() + ".";
    }

    private boolean isBetween(int part) {
        return part > 0 && part < scales.size() - 1;
    }

    /** How many parts are compared. */
    public int parts() {
        return parts.size();
    }

    /** The part of the delta that a number stands for. */
    public double scale(int part) {
        return scales.get(part).doubleValue();
    }

    /**
     * Notes a task's images as the model with a part of its delta sees them. Parts between none and all take the lambda of the model with all of its
     * delta, which the run has added the task to before.
     */
    public void note(int part, Features training, Features heldOut, int seen) {
        parts.get(part).note(training, heldOut, seen);
        if (isBetween(part)) {
            parts.get(part)
                    .heads()
                    .add(
                            training.and(heldOut),
                            seen,
                            parts.get(parts.size() - 1).heads());
        }
    }

    /** Features of the held-out images of all tasks so far by the frozen backbone, which never changes. */
    public Features frozen() {
        return parts.get(0).heldOut();
    }

    /**
     * How often a part's head is right on held-out images, as a fraction.
     *
     * @param present features of held-out images by the present model with this part of its delta
     */
    public double accuracy(int part, Features present) {
        return HeadLogits.accuracy(engine, parts.get(part).compared(kind), present);
    }

    /**
     * The part that is right most often; of equal ones the largest, which is what was trained.
     *
     * @param accuracies of all parts
     * @param images on how many images
     * @param seconds that the comparison took
     */
    public ScaleChoice choose(List<Double> accuracies, int images, double seconds) {
        int best = accuracies.size() - 1;
        Map<String, Double> all = new LinkedHashMap<>();
        for (int i = 0; i < accuracies.size(); i++) {
            all.put(scales.get(i).toPlainString(), accuracies.get(i));
        }
        for (int i = best; i >= 0; i--) {
            best = accuracies.get(i) > accuracies.get(best) ? i : best;
        }
        choice = new ScaleChoice(scale(best), images, all, seconds);
        return choice;
    }

    /** The heads of a part. */
    public Map<HeadKind, Head> heads(ScaleChoice of) {
        for (int i = 0; i < parts.size(); i++) {
            if (scale(i) == of.scale()) {
                return parts.get(i).heads().heads();
            }
        }
        throw new IllegalArgumentException("no part " + of.scale() + " among " + scales);
    }

    /** A part of every delta. */
    public static SortedMap<String, Matrix> scaled(SortedMap<String, Matrix> deltas, double scale) {
        SortedMap<String, Matrix> scaled = new TreeMap<>();
        deltas.forEach((weight, delta) -> {
            Matrix part = Matrix.zeros(delta.rows(), delta.columns());
            for (int i = 0; i < part.data().length; i++) {
                part.data()[i] = (float) (scale * delta.data()[i]);
            }
            scaled.put(weight, part);
        });
        return scaled;
    }

    /** Closes the heads of parts between nothing and all; the others are the run's own. */
    @Override
    public void close() {
        for (int i = 0; i < parts.size(); i++) {
            if (isBetween(i)) {
                parts.get(i).heads().close();
            }
        }
    }
}
