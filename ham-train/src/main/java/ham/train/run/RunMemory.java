package ham.train.run;

import ham.merge.head.Head;
import ham.merge.head.HeadKind;
import ham.merge.head.LinearHead;
import ham.merge.record.ScaleChoice;
import ham.merge.safetensors.SafetensorsFile;
import ham.merge.safetensors.SafetensorsWriter;
import ham.merge.tensor.Matrix;
import ham.train.backbone.Backbone;
import ham.train.config.RunConfig;
import ham.train.engine.TorchEngine;
import ham.train.feature.TailExtractor;
import ham.train.guard.Guard;
import ham.train.head.DriftRule;
import ham.train.head.Features;
import ham.train.head.OnlineHeads;
import ham.train.head.RidgeRule;
import ham.train.head.Shelf;
import ham.train.learn.FolderMerge;
import ham.train.learn.LearnedTask;
import ham.train.learn.Learner;
import ham.train.learn.LearningMethod;
import ham.train.replay.LatentReplay;
import ham.train.vit.VitForward;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;

/**
 * What a run remembers between tasks: the learner, which is replayed from the adapters, and statistics of heads and accuracies, which are in
 * the checkpoint of the last finished task.
 */
final class RunMemory implements AutoCloseable {
    private static final String MERGED = "merged.";
    private static final String FROZEN = "frozen.";

    private final RunInputs inputs;
    private final Learner learner;
    private final TorchEngine engine;
    private final Shelf shelf;
    /** Of the model so far; where the method gives no single model, of the last task alone. */
    private OnlineHeads online;
    /** Of the frozen backbone, where it is measured beside the method or parts of the delta are compared. */
    private final Optional<OnlineHeads> frozen;
    /** Of parts of the merged delta, where these are compared. */
    private final Optional<Guard> guard;
    /** Of states, where these are replayed or heads follow by them. */
    private final Optional<LatentMemory> memory;

    private final RunMetrics metrics;
    private LinearHead linear;
    private LinearHead latestLinear;

    private RunMemory(
            RunInputs inputs,
            TorchEngine engine,
            Shelf shelf,
            OnlineHeads online,
            Optional<OnlineHeads> frozen,
            Optional<Guard> guard,
            Optional<LatentMemory> memory,
            LinearHead linear,
            RunMetrics metrics) {
        this.inputs = inputs;
        this.engine = engine;
        this.shelf = shelf;
        this.learner = inputs.config().learning().learner();
        this.online = online;
        this.frozen = frozen;
        this.guard = guard;
        this.memory = memory;
        this.linear = linear;
        this.latestLinear = linear;
        this.metrics = metrics;
    }

    /** What is known after the last checkpoint in the folder, or that of a run that begins. */
    static RunMemory restoreOrBegin(RunInputs inputs, Backbone backbone, RunFolder folder) {
        int finished = folder.finishedTasks();
        return finished == 0
                ? begin(inputs, backbone, Shelf.in(folder.path()))
                : restore(inputs, backbone, folder, finished);
    }

    private static RunMemory begin(RunInputs inputs, Backbone backbone, Shelf shelf) {
        TorchEngine engine = backbone.engine();
        OnlineHeads online = emptyHeads(inputs, engine, shelf);
        Optional<OnlineHeads> frozen =
                knowsFrozen(inputs) ? Optional.of(emptyHeads(inputs, engine, shelf)) : Optional.empty();
        return new RunMemory(
                inputs,
                engine,
                shelf,
                online,
                frozen,
                frozen.filter(heads -> GuardWork.isUsed(inputs.config()))
                        .map(heads -> Guard.begin(
                                engine,
                                inputs.config().head().kind(),
                                GuardWork.parts(inputs.config()),
                                inputs.base().encoder().width(),
                                heads,
                                online,
                                () -> emptyHeads(inputs, engine, shelf))),
                LatentMemory.isUsed(inputs.config())
                        ? Optional.of(LatentMemory.begin(inputs.config(), (VitForward) backbone, online.projection()))
                        : Optional.empty(),
                new LinearHead(Matrix.zeros(0, inputs.base().encoder().width()), new float[0]),
                RunMetrics.begin(inputs));
    }

    private static OnlineHeads emptyHeads(RunInputs inputs, TorchEngine engine, Shelf shelf) {
        RunConfig config = inputs.config();
        return new OnlineHeads(engine, inputs.base().encoder().width(), config.head(), config.seed(), shelf);
    }

    private static boolean knowsFrozen(RunInputs inputs) {
        return measuresFrozen(inputs) || GuardWork.isUsed(inputs.config());
    }

    static boolean measuresFrozen(RunInputs inputs) {
        return inputs.config().measuring().frozen()
                && inputs.config().learning().method() != LearningMethod.FROZEN;
    }

    private static RunMemory restore(RunInputs inputs, Backbone backbone, RunFolder folder, int finished) {
        TorchEngine engine = backbone.engine();
        Shelf shelf = Shelf.in(folder.path());
        SafetensorsFile statistics = SafetensorsFile.open(folder.statistics(finished - 1));
        RidgeRule rule = inputs.config().head().ridge();
        Path metrics = folder.checkpoint(finished - 1).resolve(RunFolder.METRICS);
        OnlineHeads online = OnlineHeads.restore(engine, rule, shelf, statistics, MERGED);
        Optional<OnlineHeads> frozen = knowsFrozen(inputs)
                ? Optional.of(OnlineHeads.restore(engine, rule, shelf, statistics, FROZEN))
                : Optional.empty();
        RunMemory restored = new RunMemory(
                inputs,
                engine,
                shelf,
                online,
                frozen,
                frozen.filter(heads -> GuardWork.isUsed(inputs.config()))
                        .map(heads -> Guard.restore(
                                engine,
                                inputs.config().head().kind(),
                                GuardWork.parts(inputs.config()),
                                statistics,
                                heads,
                                online,
                                prefix -> OnlineHeads.restore(engine, rule, shelf, statistics, prefix))),
                LatentMemory.isUsed(inputs.config())
                        ? Optional.of(LatentMemory.restore(
                                inputs.config(), (VitForward) backbone, online.projection(), statistics))
                        : Optional.empty(),
                new LinearHead(statistics.matrix("linear.weight"), statistics.floats("linear.bias")),
                RunMetrics.restore(metrics, inputs));
        for (int task = 0; task < finished; task++) {
            restored.join(inputs.learned(folder.adapter(task)));
        }
        return restored;
    }

    /** A task's adapter joins those before it, in the run's own merge and in those that are compared with it. */
    void join(LearnedTask task) {
        learner.join(task);
        guard.ifPresent(compared -> compared.join(task));
    }

    /** How {@code ham merge} makes what is deployed from the adapter folders; empty when there is no single model. */
    Optional<FolderMerge> folderMerge() {
        return learner.folderMerge()
                .map(own -> guard.flatMap(compared -> choice().map(choice -> compared.folderMerge(choice, own)))
                        .orElse(own));
    }

    Learner learner() {
        return learner;
    }

    RunMetrics metrics() {
        return metrics;
    }

    /**
     * Whether old statistics are to follow features by a linear map when this task joins: {@link #follow} is called before {@link #addTask}.
     */
    boolean follows(int task) {
        return task > 0
                && inputs.config().head().drift() == DriftRule.LINEAR
                && inputs.config().learning().method().movesFeatures();
    }

    /**
     * Takes the statistics of earlier tasks along with the features.
     *
     * @param before features of the present task's images by the model before it
     * @param after features of the same images by the model so far
     */
    void follow(Features before, Features after) {
        online.follow(before, after);
    }

    /** Makes the statistics of earlier tasks anew for a model with these deltas, where heads follow by states. */
    void renew(int task, SortedMap<String, Matrix> deltas) {
        if (task > 0) {
            memory.flatMap(states -> states.renew(deltas)).ifPresent(online::renew);
        }
    }

    /** Whether states of earlier classes are replayed while this task is trained. */
    boolean replays(int task) {
        return task > 0 && inputs.config().recipe().replay() > 0;
    }

    /** Draws these states. */
    Optional<LatentReplay> replay(int task, TailExtractor before) {
        return memory.map(states -> states.replay(before, task));
    }

    /**
     * Adds a task's images, as the model so far sees them, and its trained head.
     *
     * @param training those that the adapter was trained on
     * @param heldOut those that were kept back
     * @param head linear head of the task's own classes, or of all so far where it was trained so
     */
    void addTask(int task, RunInputs.Seen training, RunInputs.Seen heldOut, LinearHead head) {
        int seen = inputs.stream().seen(task);
        if (inputs.config().learning().method().givesOneModel()) {
            online.add(training.features(), heldOut.features(), seen);
        } else {
            int first = inputs.stream().firstPosition(task);
            online.close();
            online = emptyHeads(inputs, engine, shelf);
            online.add(training.features().from(first), heldOut.features().from(first), seen - first);
        }
        memory.ifPresent(states -> states.add(training.states(), heldOut.states(), seen));
        linear = head.classes() == seen ? head : linear.append(head);
        latestLinear = head;
    }

    /** Until the next statistics come: what was kept to make them goes back to the system. */
    void rest() {
        shelf.clear();
    }

    /** All heads: over all classes so far, or over those of the last task where the method gives no single model. */
    Map<HeadKind, Head> heads() {
        Map<HeadKind, Head> heads = new EnumMap<>(online.heads());
        heads.put(HeadKind.LINEAR, inputs.config().learning().method().givesOneModel() ? linear : latestLinear);
        return heads;
    }

    /** The heads of what is deployed: of the part of the merged delta that was chosen last, where parts are compared. */
    Map<HeadKind, Head> deployedHeads() {
        Map<HeadKind, Head> heads = heads();
        if (guard.isPresent() && choice().isPresent()) {
            heads.putAll(guard.get().heads(choice().get()));
        }
        return heads;
    }

    /** Compares parts of the merged delta, where that is done. */
    Optional<Guard> guard() {
        return guard;
    }

    /** The part of the merged delta that was chosen after the last task, with the seconds of all tasks. */
    Optional<ScaleChoice> choice() {
        return metrics.choice();
    }

    /** The linear head over all classes so far. */
    LinearHead linear() {
        return linear;
    }

    /** Statistics of the frozen backbone, where it is measured beside the method or parts of the delta are compared. */
    Optional<OnlineHeads> frozen() {
        return frozen;
    }

    /** Lambda of the analytic heads, by method. */
    Map<String, Double> ridges() {
        Map<String, Double> ridges = new LinkedHashMap<>();
        ridges.put(inputs.config().learning().method().optionName(), online.ridge());
        frozen.ifPresent(heads -> ridges.put(LearningMethod.FROZEN.optionName(), heads.ridge()));
        return ridges;
    }

    /** Writes the statistics. */
    void save(Path file) {
        SafetensorsWriter writer = new SafetensorsWriter();
        online.save(writer, MERGED);
        frozen.ifPresent(heads -> heads.save(writer, FROZEN));
        guard.ifPresent(parts -> parts.save(writer));
        memory.ifPresent(states -> states.save(writer));
        writer.add("linear.weight", linear.weight());
        writer.add("linear.bias", List.of((long) linear.bias().length), linear.bias());
        writer.write(file);
    }

    @Override
    public void close() {
        memory.ifPresent(LatentMemory::close);
        frozen.ifPresent(OnlineHeads::close);
        guard.ifPresent(Guard::close);
        online.close();
        shelf.clear();
    }
}
