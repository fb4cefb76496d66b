package ham.train.lora;

import ham.merge.InputException;
import ham.train.input.Batch;
import ham.train.input.Batches;
import ham.train.input.TaskImages;
import ham.train.optimize.CosineSchedule;
import ham.train.vit.VitForward;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** Trains one task after the other on a frozen ViT; keeps nothing between tasks. */
public final class TaskTrainer {
    private final VitForward vit;
    private final LoraSettings lora;
    private final Recipe recipe;
    private final long seed;
    private final boolean control;

    /**
     * A trainer for all tasks of a run, in the engine's precision.
     *
     * @param seed the run's seed; what a task draws follows from (seed, task) alone
     */
    public TaskTrainer(VitForward vit, LoraSettings lora, Recipe recipe, long seed) {
        this(vit, lora, recipe, seed, false);
    }

    private TaskTrainer(VitForward vit, LoraSettings lora, Recipe recipe, long seed, boolean control) {
        this.vit = vit;
        this.lora = lora;
        this.recipe = recipe;
        this.seed = seed;
        this.control = control;
    }

    /** The same training operator by operator in float32, to compare with. */
    public static TaskTrainer control(VitForward vit, LoraSettings lora, Recipe recipe, long seed) {
        return new TaskTrainer(vit, lora, recipe, seed, true);
    }

    /**
     * Trains a task.
     *
     * @param images the task's training images; targets from 0 to {@code classes - 1}
     * @param progress called after every step
     * @throws InputException if images do not fit the model, or the loss stops being a number
     */
    public TaskResult train(TaskImages images, TaskStart start, Consumer<StepProgress> progress) {
        requireFit(images);
        int task = start.task();
        TaskParameters parameters = new TaskParameters(vit.config(), vit.names(), lora, recipe, start, seed);
        Batches batches = new Batches(images, recipe.augmentation(), recipe.batch());
        List<EpochResult> epochs = new ArrayList<>();
        try (TrainingStep step = step(parameters, start.groups())) {
            Run run = new Run(step, task, recipe.epochs() * batches.perEpoch(), progress);
            for (int epoch = 0; epoch < recipe.epochs(); epoch++) {
                run.beginEpoch(epoch + 1);
                batches.epoch(seed, task, epoch, run::step);
                epochs.add(run.endEpoch());
            }
            step.read();
            return new TaskResult(
                    parameters.factors(),
                    parameters.scalars().alpha(),
                    parameters.scalars().groupAlphas(),
                    parameters.scalars().layerAlphas(),
                    parameters.scalars().groupLayerAlphas(),
                    parameters.head(),
                    epochs,
                    run.imagesPerSecond());
        }
    }

    private TrainingStep step(TaskParameters parameters, List<FrozenGroup> groups) {
        return control ? new PlainStep(vit, parameters, groups) : new ScriptStep(vit, parameters, groups);
    }

    private void requireFit(TaskImages images) {
        int side = vit.config().imageSize();
        if (images.preprocessing().width() != side || images.preprocessing().height() != side) {
            throw new InputException(
                    "preprocessing: expected images of " + side + " x " + side + " pixels for this model, found "
                            + images.preprocessing().width() + " x "
                            + images.preprocessing().height()
                            + "; use the checkpoint's own preprocessing");
        }
        if (images.size() == 0) {
            throw new InputException("training: expected images, found none; give the task some");
        }
    }

    /** Counters of one task's training. */
    private static final class Run {
        private final TrainingStep training;
        private final int task;
        private final int steps;
        private final Consumer<StepProgress> progress;
        private final long started = System.nanoTime();
        private int step;
        private long images;
        private int epoch;
        private long epochImages;
        private long epochCorrect;
        private double epochLoss;

        Run(TrainingStep training, int task, int steps, Consumer<StepProgress> progress) {
            this.training = training;
            this.task = task;
            this.steps = steps;
            this.progress = progress;
        }

        void beginEpoch(int number) {
            epoch = number;
            epochImages = 0;
            epochCorrect = 0;
            epochLoss = 0;
        }

        void step(Batch batch) {
            StepResult result = training.run(batch, step + 1, CosineSchedule.factor(step, steps));
            requireFinite("loss", result.loss());
            requireFinite("gradient", result.gradient());
            step++;
            images += batch.size();
            epochImages += batch.size();
            epochCorrect += result.correct();
            epochLoss += result.loss() * batch.size();
            progress.accept(new StepProgress(step, steps, epoch, result.loss(), imagesPerSecond()));
        }

        private void requireFinite(String what, double value) {
            if (!Double.isFinite(value)) {
                throw new InputException(
                        "training task " + task + ": expected a finite " + what + ", found " + value + " at step "
                                + (step + 1) + " of " + steps
                                + "; lower the learning rates (--lr, --alpha-lr) or check the base checkpoint for extreme weights");
            }
        }

        EpochResult endEpoch() {
            return new EpochResult(epochLoss / epochImages, (double) epochCorrect / epochImages);
        }

        double imagesPerSecond() {
            return images * 1e9 / (System.nanoTime() - started);
        }
    }
}
