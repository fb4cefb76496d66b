package ham.train.lora;

import ham.merge.InputException;
import ham.train.backbone.Backbone;
import ham.train.input.BatchStream;
import ham.train.input.Batches;
import ham.train.input.TaskExamples;
import ham.train.replay.LatentReplay;
import ham.train.vit.VitForward;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Consumer;

/** Trains one task after the other on a frozen network; keeps nothing between tasks. */
public final class TaskTrainer {
    private final Backbone backbone;
    private final LoraSettings lora;
    private final Recipe recipe;
    private final long seed;
    private final boolean control;
    private final int microBatch;

    /**
     * A trainer for all tasks of a run, in the engine's precision.
     *
     * @param seed the run's seed; what a task draws follows from (seed, task) alone
     */
    public TaskTrainer(Backbone backbone, LoraSettings lora, Recipe recipe, long seed) {
        this(backbone, lora, recipe, seed, recipe.batch());
    }

    /**
     * The same in less memory.
     *
     * @param microBatch most examples of a batch whose gradients are computed at once; the sum of their parts differs from the whole in last bits
     */
    public TaskTrainer(Backbone backbone, LoraSettings lora, Recipe recipe, long seed, int microBatch) {
        this(backbone, lora, recipe, seed, microBatch, false);
    }

    private TaskTrainer(
            Backbone backbone, LoraSettings lora, Recipe recipe, long seed, int microBatch, boolean control) {
        this.backbone = backbone;
        this.lora = lora;
        this.recipe = recipe;
        this.seed = seed;
        this.microBatch = microBatch;
        this.control = control;
    }

    /** The same training operator by operator in float32, to compare with. */
    public static TaskTrainer control(VitForward backbone, LoraSettings lora, Recipe recipe, long seed) {
        return new TaskTrainer(backbone, lora, recipe, seed, recipe.batch(), true);
    }

    /** Trains a task without replay that is not saved before its end; see the longer {@code train}. */
    public TaskResult train(TaskExamples examples, TaskStart start, Consumer<StepProgress> progress) {
        return train(examples, start, Optional.empty(), Optional.empty(), progress);
    }

    /**
     * Trains a task, or goes on with it from where it was saved. The result is the same, bit for bit on a CPU.
     *
     * @param examples the task's training examples; targets are rows of the head, those of classes before first
     * @param replay draws states of the classes before, which the task's loss is over too
     * @param checkpoint where the task is saved while it is trained, and where it may have been saved by an earlier process
     * @param progress called after every step
     * @throws InputException if images do not fit the model, a checkpoint is of another task or configuration, or the loss stops being a
     *     number
     */
    public TaskResult train(
            TaskExamples examples,
            TaskStart start,
            Optional<LatentReplay> replay,
            Optional<TaskCheckpoint> checkpoint,
            Consumer<StepProgress> progress) {
        requireAny(examples);
        TaskParameters parameters = new TaskParameters(backbone, lora, recipe, start, seed);
        Batches batches = new Batches(examples, recipe.augmentation(), recipe.batch());
        String of = description(examples, start);
        TaskCheckpoint.Position position =
                checkpoint.map(saved -> saved.read(of, parameters.all())).orElse(TaskCheckpoint.Position.START);
        TaskRun run = new TaskRun(start.task(), recipe.epochs(), batches.perEpoch(), position, progress);
        try (TrainingStep step = step(parameters, start.groups(), replay.isPresent());
                BatchStream stream = batches.stream(seed, start.task(), position.steps(), run.steps())) {
            long saved = System.nanoTime();
            while (!run.finished()) {
                run.step(step, stream.next(), replay);
                if (checkpoint.isPresent()
                        && System.nanoTime() - saved >= checkpoint.get().every().toNanos()) {
                    step.read();
                    checkpoint.get().write(of, run.position(), parameters.all());
                    saved = System.nanoTime();
                }
                run.report();
            }
            step.read();
        }
        return new TaskResult(
                parameters.factors(),
                parameters.scalars().alpha(),
                parameters.scalars().groupAlphas(),
                parameters.head(),
                run.epochs(),
                run.imagesPerSecond(),
                run.secondsBefore());
    }

    /** Everything that a task's result follows from, besides the base and the earlier tasks. */
    private String description(TaskExamples examples, TaskStart start) {
        return "task " + start.task() + " of " + examples.size() + " images and " + start.classes() + " classes, seed "
                + seed + ", " + lora + ", " + recipe + ", "
                + (start.trainAlpha() ? "" : "without alpha, ")
                + (control
                        ? "control"
                        : "precision " + backbone.engine().precision().optionName());
    }

    private TrainingStep step(TaskParameters parameters, List<FrozenGroup> groups, boolean replays) {
        if (control) {
            return new PlainStep((VitForward) backbone, parameters, groups, recipe.replayHold());
        }
        OptionalDouble hold = replays ? OptionalDouble.of(recipe.replayHold()) : OptionalDouble.empty();
        return new ScriptStep(backbone, parameters, groups, microBatch, hold);
    }

    private static void requireAny(TaskExamples examples) {
        if (examples.size() == 0) {
            throw new InputException("training: expected examples, found none; give the task some");
        }
    }
}
