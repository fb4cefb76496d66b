package ham.train.run;

import ham.merge.head.Head;
import ham.merge.head.HeadKind;
import ham.merge.head.LinearHead;
import ham.merge.join.Importance;
import ham.merge.record.ScaleChoice;
import ham.merge.tensor.Matrix;
import ham.runtime.preprocess.Preprocessing;
import ham.train.backbone.Backbone;
import ham.train.config.Measuring;
import ham.train.config.RunConfig;
import ham.train.encoder.Backbones;
import ham.train.engine.TorchEngine;
import ham.train.feature.TailExtractor;
import ham.train.guard.Guard;
import ham.train.head.AnalyticStatistics;
import ham.train.head.Features;
import ham.train.head.HeadLogits;
import ham.train.head.OnlineHeads;
import ham.train.learn.Learner;
import ham.train.learn.LearningMethod;
import ham.train.lora.TaskStart;
import ham.train.metrics.AccuracyRow;
import ham.train.metrics.Predictions;
import ham.train.record.Transfer;
import ham.train.stream.Split;
import ham.train.stream.TaskStream;
import ham.train.vit.VitForward;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Learns the tasks of a stream one after the other by the method of the configuration: after every task its adapter joins what was there,
 * the heads are updated through the model so far, and that model is tested on all classes seen.
 */
public final class StreamTrainer {
    private static final Duration SAVE_EVERY = Duration.ofSeconds(30);

    private final RunInputs inputs;
    private final TaskStream stream;
    private final LearningMethod method;
    private final RunProgress progress;
    private final Duration saveEvery;

    /** Prepares a run; nothing is computed yet. */
    public StreamTrainer(RunInputs inputs, RunProgress progress) {
        this(inputs, progress, SAVE_EVERY);
    }

    /**
     * Prepares a run.
     *
     * @param saveEvery how long a task is trained before it is saved again
     */
    StreamTrainer(RunInputs inputs, RunProgress progress, Duration saveEvery) {
        this.inputs = inputs;
        this.stream = inputs.stream();
        this.method = inputs.config().learning().method();
        this.progress = progress;
        this.saveEvery = saveEvery;
    }

    /** Learns every task that the folder does not hold yet, then writes the merge with its head, the heads and the metrics into it. */
    public void run(RunFolder folder) {
        RunConfig config = inputs.config();
        progress.learnsFrom(inputs.kind());
        inputs.skipped().forEach(fault -> progress.warned(fault + "; left out"));
        if (!inputs.data().isText() && config.preprocessing().isEmpty()) {
            Preprocessing.warning(config.base()).ifPresent(progress::warned);
        }
        GuardWork.warning(config, inputs.kind()).ifPresent(progress::warned);
        try (TorchEngine engine = TorchEngine.open(config.device(), config.threads(), config.precision());
                Backbone backbone = Backbones.open(engine, inputs.base());
                RunMemory memory = RunMemory.restoreOrBegin(inputs, backbone, folder)) {
            StepMemory step = StepMemory.of(inputs, backbone);
            TaskSource source = config.adapters().isPresent()
                    ? new ReusedTasks(inputs, config.adapters().get())
                    : new TrainedTasks(inputs, backbone, step, folder, saveEvery, progress);
            int finished = folder.finishedTasks();
            if (finished > 0) {
                progress.resumed(finished, stream.tasks());
            }
            plan(backbone, step, folder);
            RunOutputs outputs = new RunOutputs(inputs, folder);
            ModelPasses passes = new ModelPasses(inputs, backbone);
            TestImages tests = new TestImages(inputs, backbone, passes);
            Optional<GuardWork> guard = memory.guard().map(parts -> new GuardWork(inputs, passes, parts));
            if (finished > 0) {
                outputs.forgetTraining(finished - 1);
            }
            for (int task = finished; task < stream.tasks(); task++) {
                new TaskWork(task, source, backbone, memory, passes, tests, guard).learn(outputs);
            }
            outputs.finish(memory);
            memory.choice()
                    .filter(choice -> choice.scale() == 0 || choice.images() == 0)
                    .ifPresent(choice -> progress.warned(choice.sentence(inputs.kind())));
        }
    }

    /** Says what the run is going to need, and what does not fit. */
    private void plan(Backbone backbone, StepMemory step, RunFolder folder) {
        RunNeeds needs = RunNeeds.of(inputs, backbone, step);
        RunConfig config = inputs.config();
        RunNeeds.Room room = RunNeeds.Room.of(folder.path());
        String solving = RunNeeds.solving(
                config,
                stream.tasks(),
                () -> AnalyticStatistics.solutionSeconds(
                        backbone.engine(), config.head().projectionWidth()));
        Stream.of(needs.sentence(room.heap()), solving)
                .filter(sentence -> !sentence.isEmpty())
                .forEach(progress::planned);
        needs.shortages(room).forEach(progress::warned);
    }

    /** The work of one task. */
    private final class TaskWork {
        private final int task;
        private final TaskSource source;
        private final Backbone backbone;
        private final RunMemory memory;
        private final ModelPasses passes;
        private final TestImages tests;
        private final Optional<GuardWork> guard;
        private final Split split;
        private final PhaseClock clock = new PhaseClock();
        private final SortedMap<String, short[]> answers = new TreeMap<>();

        TaskWork(
                int task,
                TaskSource source,
                Backbone backbone,
                RunMemory memory,
                ModelPasses passes,
                TestImages tests,
                Optional<GuardWork> guard) {
            this.task = task;
            this.source = source;
            this.backbone = backbone;
            this.memory = memory;
            this.passes = passes;
            this.tests = tests;
            this.guard = guard;
            this.split = inputs.split(task);
        }

        void learn(RunOutputs outputs) {
            List<String> classes = inputs.classNames(task);
            progress.task(task, stream.tasks(), classes);
            Learner learner = memory.learner();
            TaskStart start = learner.start(task, classes.size());
            clock.lap("merging");
            TaskOutcome outcome = train(start);
            clock.lap("training", outcome.secondsBefore());
            outcome = outcome.with(inputs.withGrams(
                    outcome.learned(), outcome.learned().trainedDeltas(start), backbone, split.training()));
            clock.lap("grams");
            Optional<GuardWork.Before> before = before(learner);
            memory.join(outcome.learned());
            SortedMap<String, Matrix> deltas = learner.deltas();
            clock.lap("merging");
            Map<HeadKind, Head> heads;
            Optional<Transfer> transfer;
            Optional<ScaleChoice> choice;
            try (ModelPasses.Pass model = passes.through(deltas)) {
                RunInputs.Seen heldOut = model.seen(split.heldOut());
                RunInputs.Seen training = model.seen(split.training());
                before.ifPresent(old -> memory.follow(old.whole(), training.features()));
                memory.renew(task, deltas);
                memory.addTask(task, training, heldOut, outcome.head());
                heads = memory.heads();
                clock.lap("heads");
                Optional<GuardWork.TaskFeatures> frozen = addFrozen();
                clock.lap("frozen");
                choice = guard.map(work -> work.compare(
                        task,
                        deltas,
                        model,
                        new GuardWork.TaskFeatures(training.features(), heldOut.features()),
                        frozen.orElseThrow(),
                        before));
                clock.lap("guard");
                measure(model, deltas, heads, choice);
                clock.lap("evaluation");
                transfer = transfer(start, outcome, heldOut.features());
            }
            clock.lap("watching");
            measureFrozen();
            clock.lap("frozen");
            TaskSummary summary = summary(outcome, transfer, choice);
            memory.metrics().add(summary);
            if (!answers.isEmpty()) {
                outputs.save(new Predictions(tests.labels(), answers));
            }
            outputs.save(task, outcome.learned(), heads, memory);
            memory.rest();
            forgetImages();
            progress.finished(summary);
        }

        /** No later task looks at the images that this one was trained on. */
        private void forgetImages() {
            inputs.reader().forget(inputs.data().train(), split.training());
            passes.forget(inputs.data().train(), split.training());
        }

        private TaskOutcome train(TaskStart start) {
            if (!memory.replays(task)) {
                return source.learn(start, split, Optional.empty());
            }
            try (TailExtractor before =
                    new TailExtractor((VitForward) backbone, memory.learner().deltas())) {
                return source.learn(start.after(memory.linear()), split, memory.replay(task, before));
            }
        }

        /** The model before the task, where old statistics are to follow. */
        private Optional<GuardWork.Before> before(Learner learner) {
            if (!memory.follows(task)) {
                return Optional.empty();
            }
            SortedMap<String, Matrix> deltas = learner.deltas();
            Features whole;
            try (ModelPasses.Pass model = passes.through(deltas)) {
                whole = features(model, split.training());
            }
            clock.lap("heads");
            GuardWork.Before before = guard.map(work -> work.before(task, deltas, whole))
                    .orElseGet(() -> new GuardWork.Before(List.of(whole)));
            clock.lap("guard");
            return Optional.of(before);
        }

        /** Tests what would be deployed: all of the merged delta, or the part of it or of another merge that was chosen. */
        private void measure(
                ModelPasses.Pass model,
                SortedMap<String, Matrix> deltas,
                Map<HeadKind, Head> heads,
                Optional<ScaleChoice> choice) {
            Map<HeadKind, AccuracyRow> rows;
            if (choice.isEmpty() || memory.guard().orElseThrow().isWhole(choice.get())) {
                rows = rows(model, heads);
            } else {
                Guard compared = memory.guard().orElseThrow();
                Map<HeadKind, Head> part = new EnumMap<>(heads);
                part.putAll(compared.heads(choice.get()));
                int chosen = compared.part(choice.get());
                try (ModelPasses.Pass deployed = passes.through(compared.deltas(chosen, deltas))) {
                    rows = chosen == 0 ? tests.frozenRows(task, part) : tests.rows(task, deployed, part);
                }
            }
            memory.metrics().variants().addRows(method, rows);
            note(method);
        }

        /** Keeps what was answered after the last task, by one model for all tasks. */
        private void note(LearningMethod of) {
            if (task == stream.tasks() - 1 && of.givesOneModel()) {
                tests.answered().forEach((kind, labels) -> answers.put(Variants.name(of, kind), labels));
            }
        }

        private Map<HeadKind, AccuracyRow> rows(ModelPasses.Pass model, Map<HeadKind, Head> heads) {
            if (method.givesOneModel()) {
                return tests.rows(task, model, heads);
            }
            Map<HeadKind, AccuracyRow> before = new EnumMap<>(HeadKind.class);
            heads.keySet()
                    .forEach(
                            kind -> before.put(kind, memory.metrics().variants().lastRow(method, kind)));
            return tests.ownRows(task, model, heads, before);
        }

        private Optional<Transfer> transfer(TaskStart start, TaskOutcome outcome, Features after) {
            if (!method.joins() || after.size() == 0) {
                return Optional.empty();
            }
            LinearHead own = outcome.ownHead(start.classes());
            try (ModelPasses.Pass trained = passes.through(outcome.learned().trainedDeltas(start))) {
                Features before = features(trained, split.heldOut());
                return Optional.of(new Transfer(after.size(), accuracy(own, before), accuracy(own, after)));
            }
        }

        private double accuracy(LinearHead head, Features images) {
            return HeadLogits.accuracy(backbone.engine(), head, images.from(stream.firstPosition(task)));
        }

        private Optional<GuardWork.TaskFeatures> addFrozen() {
            return memory.frozen().map(heads -> {
                try (ModelPasses.Pass network = passes.through(new TreeMap<>())) {
                    GuardWork.TaskFeatures seen = GuardWork.TaskFeatures.of(inputs, network, task);
                    heads.add(seen.training(), seen.heldOut(), stream.seen(task));
                    return seen;
                }
            });
        }

        private void measureFrozen() {
            if (RunMemory.measuresFrozen(inputs)) {
                OnlineHeads heads = memory.frozen().orElseThrow();
                memory.metrics().variants().addRows(LearningMethod.FROZEN, tests.frozenRows(task, heads.heads()));
                note(LearningMethod.FROZEN);
            }
        }

        private Features features(ModelPasses.Pass model, int[] samples) {
            return model.features(inputs.data().train(), samples);
        }

        private TaskSummary summary(TaskOutcome outcome, Optional<Transfer> transfer, Optional<ScaleChoice> choice) {
            Measuring measuring = inputs.config().measuring();
            List<String> warnings = new ArrayList<>(memory.learner().failures(measuring.rigidBelow()));
            transfer.ifPresent(
                    measured -> warnings.addAll(measured.warnings(task, measuring.transferDrop(), inputs.kind())));
            return new TaskSummary(
                    task,
                    stream.tasks(),
                    outcome.loss(),
                    outcome.imagesPerSecond(),
                    outcome.learned().alpha().mean(),
                    outcome.learned().groupAlphas().stream()
                            .map(Importance::mean)
                            .toList(),
                    memory.learner().lastStep(),
                    memory.ridges(),
                    transfer,
                    choice,
                    warnings,
                    clock.seconds(),
                    memory.metrics().variants().latest());
        }
    }
}
