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
    private long passed;

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
        passed = 0;
        int seen = inputs.stream().seen(task);
        int last = guard.parts() - 1;
        guard.note(0, frozen.training(), frozen.heldOut(), seen);
        before.ifPresent(old -> guard.follow(last, old.features(), whole.training()));
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
                    guard.follow(part, guides(part, before.get(), task), seenSo.training());
                }
                guard.note(part, seenSo.training(), seenSo.heldOut(), seen);
                accuracies.add(guard.accuracy(part, features(some, samples)));
                addEntropy(part, some, entropies);
            }
        }
        accuracies.add(guard.accuracy(last, features(model, samples)));
        addEntropy(last, model, entropies);
        return guard.choose(accuracies, entropies, samples.length, (System.nanoTime() - start) / 1e9, passed);
    }

    /** How a part's model before the task sees the images that the adapter was trained on. */
    private Features guides(int part, Before before, int task) {
        try (ModelPasses.Pass model = passes.through(guard.deltas(part, before.deltas()))) {
            return features(model, inputs.split(task).training());
        }
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
     * The model before the task.
     *
     * @param deltas all of its delta
     * @param features of the images that the present adapter was trained on
     */
    record Before(SortedMap<String, Matrix> deltas, Features features) {}

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
