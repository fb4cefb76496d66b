package ham.train.run;

import ham.merge.head.HeadKind;
import ham.merge.record.ScaleChoice;
import ham.merge.tensor.Matrix;
import ham.train.config.RunConfig;
import ham.train.data.Examples;
import ham.train.guard.Guard;
import ham.train.guard.GuardPart;
import ham.train.head.DriftRule;
import ham.train.head.Features;
import ham.train.learn.LearningMethod;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.IntStream;

/** Compares parts of a run's merged delta, and other merges of its adapters, on held-out training images after every task. */
final class GuardWork {
    /** Most held-out images that are looked at after a task, spread evenly over all tasks so far. */
    private static final int MOST = 2000;

    private final RunInputs inputs;
    private final ModelPasses passes;
    private final Guard guard;
    private final Optional<Examples> unlabelled;
    /** What the present task has taken so far. */
    private long passed;

    private long nanos;

    GuardWork(RunInputs inputs, ModelPasses passes, Guard guard) {
        this.inputs = inputs;
        this.passes = passes;
        this.guard = guard;
        this.unlabelled = inputs.unlabelled();
    }

    /** Whether a run is guarded. */
    static boolean isUsed(RunConfig config) {
        return isAsked(config) && obstacle(config, "").isEmpty();
    }

    /**
     * Why a run that ought to be guarded is not, a sentence.
     *
     * @param kind what the run learns from, in the plural
     */
    static Optional<String> warning(RunConfig config, String kind) {
        return isAsked(config)
                ? obstacle(config, kind)
                        .map(why -> "the merged delta is not compared with the frozen backbone on held-out " + kind
                                + ", as " + why)
                : Optional.empty();
    }

    private static boolean isAsked(RunConfig config) {
        LearningMethod method = config.learning().method();
        return config.measuring().guard().isUsed() && method.givesOneModel() && method != LearningMethod.FROZEN;
    }

    private static Optional<String> obstacle(RunConfig config, String kind) {
        if (config.head().kind() == HeadKind.LINEAR) {
            return Optional.of("the linear head is trained with the adapters and has no counterpart without them");
        }
        if (config.head().drift() == DriftRule.STATES) {
            return Optional.of("its head's statistics are made anew from states (drift)");
        }
        return config.stream().sampling().heldOut().signum() == 0
                ? Optional.of("no " + kind + " are held out")
                : Optional.empty();
    }

    /** What a run compares. */
    static List<GuardPart> parts(RunConfig config) {
        return GuardPart.all(config.measuring().guard(), config.searched());
    }

    /**
     * How the models of all parts see the task's training images before its adapter joins; the frozen backbone, which does not move, is left out.
     *
     * @param deltas all of the run's own delta before the task
     * @param whole how its model sees them
     */
    Before before(int task, SortedMap<String, Matrix> deltas, Features whole) {
        long start = System.nanoTime();
        List<Features> parts = new ArrayList<>();
        for (int part = 1; part < guard.parts() - 1; part++) {
            try (ModelPasses.Pass model = passes.through(guard.deltas(part, deltas))) {
                parts.add(features(model, inputs.split(task).training()));
            }
        }
        parts.add(whole);
        nanos += System.nanoTime() - start;
        return new Before(parts);
    }

    /**
     * Compares and chooses.
     *
     * @param model the present model with all of its delta
     * @param whole how it sees the task's images
     * @param frozen how the frozen backbone sees them
     * @param before what statistics that follow start from; empty where none follow
     */
    ScaleChoice compare(
            int task,
            SortedMap<String, Matrix> deltas,
            ModelPasses.Pass model,
            TaskFeatures whole,
            TaskFeatures frozen,
            Optional<Before> before) {
        long start = System.nanoTime();
        int seen = inputs.stream().seen(task);
        int last = guard.parts() - 1;
        guard.note(0, frozen.training(), frozen.heldOut(), seen);
        before.ifPresent(old -> guard.follow(last, old.whole(), whole.training()));
        guard.note(last, whole.training(), whole.heldOut(), seen);
        int[] all = IntStream.rangeClosed(0, task)
                .flatMap(each -> IntStream.of(inputs.split(each).heldOut()))
                .toArray();
        int[] places = spread(all.length);
        int[] samples = IntStream.of(places).map(place -> all[place]).toArray();
        List<Double> accuracies = new ArrayList<>();
        List<Double> entropies = new ArrayList<>();
        accuracies.add(guard.accuracy(0, guard.frozen().only(places)));
        if (unlabelled.isPresent()) {
            try (ModelPasses.Pass none = passes.through(new TreeMap<>())) {
                addEntropy(0, none, entropies);
            }
        }
        for (int part = 1; part < last; part++) {
            try (ModelPasses.Pass some = passes.through(guard.deltas(part, deltas))) {
                TaskFeatures seenSo = TaskFeatures.of(inputs, some, task);
                passed += seenSo.training().size() + seenSo.heldOut().size();
                if (before.isPresent()) {
                    guard.follow(part, before.get().parts().get(part - 1), seenSo.training());
                }
                guard.note(part, seenSo.training(), seenSo.heldOut(), seen);
                accuracies.add(guard.accuracy(part, features(some, samples)));
                addEntropy(part, some, entropies);
            }
        }
        accuracies.add(guard.accuracy(last, features(model, samples)));
        addEntropy(last, model, entropies);
        nanos += System.nanoTime() - start;
        ScaleChoice choice = guard.choose(accuracies, entropies, samples.length, nanos / 1e9, passed);
        passed = 0;
        nanos = 0;
        return choice;
    }

    private void addEntropy(int part, ModelPasses.Pass model, List<Double> to) {
        unlabelled.ifPresent(set -> {
            int[] samples = spread(set.size());
            passed += samples.length;
            to.add(guard.entropy(part, model.values(set, samples)));
        });
    }

    private Features features(ModelPasses.Pass model, int[] samples) {
        passed += samples.length;
        return model.features(inputs.data().train(), samples);
    }

    private static int[] spread(int images) {
        int taken = Math.min(images, MOST);
        return IntStream.range(0, taken)
                .map(i -> (int) ((long) i * images / taken))
                .toArray();
    }

    /**
     * Features of a task's training images before its adapter joins.
     *
     * @param parts of every part but the frozen backbone; the last has all of the run's own delta
     */
    record Before(List<Features> parts) {
        Features whole() {
            return parts.get(parts.size() - 1);
        }
    }

    /**
     * How a model sees a task's training images.
     *
     * @param training those that the adapter was trained on
     * @param heldOut those that were kept back
     */
    record TaskFeatures(Features training, Features heldOut) {
        static TaskFeatures of(RunInputs inputs, ModelPasses.Pass model, int task) {
            return new TaskFeatures(
                    model.features(inputs.data().train(), inputs.split(task).training()),
                    model.features(inputs.data().train(), inputs.split(task).heldOut()));
        }
    }
}
