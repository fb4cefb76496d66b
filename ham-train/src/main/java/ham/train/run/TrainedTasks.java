package ham.train.run;

import ham.merge.adapter.LoraAdapter;
import ham.merge.encoder.EncoderInput;
import ham.train.backbone.Backbone;
import ham.train.config.RunConfig;
import ham.train.learn.LearnedTask;
import ham.train.lora.Recipe;
import ham.train.lora.StepProgress;
import ham.train.lora.TaskCheckpoint;
import ham.train.lora.TaskResult;
import ham.train.lora.TaskStart;
import ham.train.lora.TaskTrainer;
import ham.train.replay.LatentReplay;
import ham.train.stream.Split;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalDouble;

/** Trains every adapter, and saves it while it is trained. */
final class TrainedTasks implements TaskSource {
    /** The first step is slower than those after it. */
    private static final int MEASURED_STEPS = 3;

    private final RunInputs inputs;
    private final Backbone backbone;
    private final StepMemory step;
    private final RunFolder folder;
    private final Duration saveEvery;
    private final RunProgress progress;
    private boolean estimated;

    TrainedTasks(
            RunInputs inputs,
            Backbone backbone,
            StepMemory step,
            RunFolder folder,
            Duration saveEvery,
            RunProgress progress) {
        this.inputs = inputs;
        this.backbone = backbone;
        this.step = step;
        this.folder = folder;
        this.saveEvery = saveEvery;
        this.progress = progress;
    }

    @Override
    public TaskOutcome learn(TaskStart start, Split split, Optional<LatentReplay> replay) {
        RunConfig config = inputs.config();
        int task = start.task();
        Recipe recipe = config.learning().recipe(config.recipe(), task);
        if (inputs.base().encoder().input() instanceof EncoderInput.Images images) {
            recipe = recipe.forImagesOf(images.side());
        }
        TaskResult result = new TaskTrainer(backbone, config.lora(), recipe, config.seed(), step.microBatch())
                .train(
                        inputs.trainingExamples(
                                task, split.training(), start.head().classes()),
                        start,
                        replay,
                        Optional.of(new TaskCheckpoint(folder.training(task), saveEvery)),
                        step -> {
                            progress.step(task, inputs.stream().tasks(), step);
                            estimate(step);
                        });
        return new TaskOutcome(
                new LearnedTask(
                        new LoraAdapter(RunFolder.numbered(task), result.factors()),
                        result.alpha(),
                        result.groupAlphas()),
                result.head(),
                OptionalDouble.of(
                        result.epochs().get(result.epochs().size() - 1).loss()),
                OptionalDouble.of(result.imagesPerSecond()),
                result.secondsBefore());
    }

    /** Says once how long the run is going to take, as soon as steps run as they will. */
    private void estimate(StepProgress step) {
        if (!estimated && step.step() >= MEASURED_STEPS) {
            estimated = true;
            String time = RunNeeds.time(inputs, step.imagesPerSecond());
            if (!time.isEmpty()) {
                progress.planned(time);
            }
        }
    }
}
