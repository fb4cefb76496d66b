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
import ham.train.learn.FolderMerge;
import ham.train.learn.LearnedTask;
import ham.train.learn.Learner;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Compares parts of the merged delta, and of other merges of the same adapters, on held-out training images of all tasks so far. Each part has a model
 * and statistics of its own, taken task by task as those of the deployed model are, so that what is compared is what would be deployed,
 * but for the held-out images that its head has not seen. Not thread-safe.
 */
public final class Guard implements AutoCloseable {
    private final TorchEngine engine;
    private final HeadKind kind;
    private final List<GuardPart> parts;
    private final List<GuardedHeads> heads;
    private final Map<MergeCandidate, Learner> learners = new LinkedHashMap<>();
    /** The deltas that were asked for last, of all parts of which there is need one after the other. */
    private MergeCandidate latest;

    private SortedMap<String, Matrix> latestDeltas;

    private Guard(TorchEngine engine, HeadKind kind, List<GuardPart> parts, List<GuardedHeads> heads) {
        this.engine = engine;
        this.kind = kind;
        this.parts = List.copyOf(parts);
        this.heads = heads;
        for (GuardPart part : parts) {
            part.merge()
                    .ifPresent(merge -> learners.computeIfAbsent(
                            merge, key -> key.learning().learner()));
        }
    }

    /** Heads of each part; those of nothing and of all of the run's own merge are the run's own. */
    private static List<OnlineHeads> heads(
            List<GuardPart> parts, OnlineHeads frozen, OnlineHeads merged, Function<GuardPart, OnlineHeads> between) {
        List<OnlineHeads> heads = new ArrayList<>();
        for (int i = 0; i < parts.size(); i++) {
            heads.add(i == 0 ? frozen : i == parts.size() - 1 ? merged : between.apply(parts.get(i)));
        }
        return heads;
    }

    /**
     * Begins with no class.
     *
     * @param kind the head with which parts are compared; prototype or analytic
     * @param parts as {@link GuardPart#all} has them
     * @param features width d of a feature
     * @param frozen heads of the frozen backbone, to which the run adds
     * @param merged heads of the model with all of its delta, to which the run adds
     * @param between makes empty heads
     */
    public static Guard begin(
            TorchEngine engine,
            HeadKind kind,
            List<GuardPart> parts,
            int features,
            OnlineHeads frozen,
            OnlineHeads merged,
            Supplier<OnlineHeads> between) {
        return new Guard(
                engine,
                kind,
                parts,
                heads(parts, frozen, merged, part -> between.get()).stream()
                        .map(each -> new GuardedHeads(each, features))
                        .toList());
    }

    /** What {@link #save} wrote; {@code between} restores the heads under a prefix. The adapters must join again. */
    public static Guard restore(
            TorchEngine engine,
            HeadKind kind,
            List<GuardPart> parts,
            SafetensorsFile file,
            OnlineHeads frozen,
            OnlineHeads merged,
            Function<String, OnlineHeads> between) {
        List<OnlineHeads> heads = heads(parts, frozen, merged, part -> between.apply(prefix(part)));
        List<GuardedHeads> guarded = new ArrayList<>();
        for (int i = 0; i < heads.size(); i++) {
            guarded.add(GuardedHeads.restore(heads.get(i), file, prefix(parts.get(i))));
        }
        return new Guard(engine, kind, parts, guarded);
    }

    /** Adds the state to a checkpoint. */
    public void save(SafetensorsWriter writer) {
        for (int i = 0; i < parts.size(); i++) {
            heads.get(i).save(writer, prefix(parts.get(i)));
            if (isBetween(i)) {
                heads.get(i).heads().save(writer, prefix(parts.get(i)));
            }
        }
    }

    private static String prefix(GuardPart part) {
        return "guard." + part.name() + ".";
    }

    private boolean isBetween(int part) {
        return part > 0 && part < parts.size() - 1;
    }

    /** How many parts are compared. */
    public int parts() {
        return parts.size();
    }

    /** Takes in the next task's adapter. */
    public void join(LearnedTask task) {
        learners.values().forEach(learner -> learner.join(task));
        latest = null;
        latestDeltas = null;
    }

    /**
     * The deltas of a part.
     *
     * @param own all of the run's own merged delta
     */
    public SortedMap<String, Matrix> deltas(int part, SortedMap<String, Matrix> own) {
        GuardPart of = parts.get(part);
        return scaled(of.merge().map(this::merged).orElse(own), of.scale().doubleValue());
    }

    private SortedMap<String, Matrix> merged(MergeCandidate merge) {
        if (!merge.equals(latest)) {
            latest = merge;
            latestDeltas = learners.get(merge).deltas();
        }
        return latestDeltas;
    }

    /**
     * Takes a part's statistics along with features that moved, before the task is noted; those of the frozen backbone stay. The run's own heads, which
     * have all of the delta, the run takes along.
     *
     * @param before features of the present task's images by the part's model before the task
     * @param after features of the same images by its present model
     */
    public void follow(int part, Features before, Features after) {
        heads.get(part).follow(engine, before, after);
        if (isBetween(part)) {
            heads.get(part).heads().follow(before, after);
        }
    }

    /**
     * Notes a task's images as the model of a part sees them. Parts between none and all take the lambda of the model with all of the run's own
     * delta, which the run has added the task to before.
     */
    public void note(int part, Features training, Features heldOut, int seen) {
        heads.get(part).note(training, heldOut, seen);
        if (isBetween(part)) {
            heads.get(part)
                    .heads()
                    .add(
                            training.and(heldOut),
                            seen,
                            heads.get(heads.size() - 1).heads());
        }
    }

    /** Features of the held-out images of all tasks so far by the frozen backbone, which never changes. */
    public Features frozen() {
        return heads.get(0).heldOut();
    }

    /**
     * How often a part's head is right on held-out images, as a fraction.
     *
     * @param present features of held-out images by the present model of this part
     */
    public double accuracy(int part, Features present) {
        return HeadLogits.accuracy(engine, heads.get(part).compared(kind), present);
    }

    /**
     * How unsure a part's head is: the mean entropy of {@code softmax(10 * scores)} in nats, with the factor by which lambda is chosen too.
     *
     * @param present features [n, d] of images by the present model of this part
     */
    public double entropy(int part, float[] present) {
        return HeadLogits.entropy(engine, heads.get(part).heads().heads().get(kind), present);
    }

    /**
     * The part that is right most often; of equal ones the last, which for the run's own merge is the largest. Where entropies are given, of
     * the parts that are right as often as the frozen backbone or more often that of least entropy.
     *
     * <p>Without any held-out image nothing is known, and all of the run's own is deployed as it would be without a guard.
     *
     * @param accuracies of all parts
     * @param entropies of all parts, or none
     * @param images on how many images accuracies are
     * @param seconds that the comparison took
     * @param passes of images through models
     */
    public ScaleChoice choose(
            List<Double> accuracies, List<Double> entropies, int images, double seconds, long passes) {
        if (images == 0) {
            return new ScaleChoice(1, 0, Map.of(), seconds, null, null, passes);
        }
        int best = -1;
        for (int i = parts.size() - 1; i >= 0; i--) {
            boolean allowed = entropies.isEmpty() || accuracies.get(i) >= accuracies.get(0);
            if (allowed && (best < 0 || better(i, best, accuracies, entropies))) {
                best = i;
            }
        }
        GuardPart chosen = parts.get(best);
        return new ScaleChoice(
                chosen.scale().doubleValue(),
                images,
                byName(accuracies),
                seconds,
                chosen.merge().map(MergeCandidate::name).orElse(null),
                entropies.isEmpty() ? null : byName(entropies),
                passes);
    }

    private static boolean better(int part, int than, List<Double> accuracies, List<Double> entropies) {
        return entropies.isEmpty()
                ? accuracies.get(part) > accuracies.get(than)
                : entropies.get(part) < entropies.get(than);
    }

    private Map<String, Double> byName(List<Double> values) {
        Map<String, Double> all = new LinkedHashMap<>();
        for (int i = 0; i < values.size(); i++) {
            all.put(parts.get(i).name(), values.get(i));
        }
        return all;
    }

    /** The part that was chosen. */
    public int part(ScaleChoice of) {
        for (int i = 0; i < parts.size(); i++) {
            GuardPart part = parts.get(i);
            if (part.scale().doubleValue() == of.scale()
                    && part.merge().map(MergeCandidate::name).equals(Optional.ofNullable(of.merge()))) {
                return i;
            }
        }
        throw new IllegalArgumentException("no part " + of + " among " + parts);
    }

    /** Whether all of the run's own delta was chosen. */
    public boolean isWhole(ScaleChoice of) {
        return part(of) == parts.size() - 1;
    }

    /** The heads of a part. */
    public Map<HeadKind, Head> heads(ScaleChoice of) {
        return heads.get(part(of)).heads().heads();
    }

    /**
     * How {@code ham merge} makes the deltas of a part from the adapter folders.
     *
     * @param own how it makes those of the run's own merge
     */
    public FolderMerge folderMerge(ScaleChoice of, FolderMerge own) {
        return parts.get(part(of))
                .merge()
                .map(merge -> learners.get(merge).folderMerge().orElseThrow().alone())
                .orElse(own)
                .scaled(of.scale());
    }

    private static SortedMap<String, Matrix> scaled(SortedMap<String, Matrix> deltas, double scale) {
        if (scale == 1) {
            return deltas;
        }
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
                heads.get(i).heads().close();
            }
        }
    }
}
