package ham.train.run;

import ham.merge.adapter.LoraAdapter;
import ham.train.learn.LearnedTask;
import ham.train.lora.Recipe;
import ham.train.lora.TaskResult;
import ham.train.lora.TaskStart;
import ham.train.lora.TaskTrainer;
import ham.train.stream.Split;
import ham.train.vit.VitForward;
import java.util.OptionalDouble;

/** Trains every adapter. */
final class TrainedTasks implements TaskSource {
    private final RunInputs inputs;
    private final VitForward vit;
    private final RunProgress progress;

    TrainedTasks(RunInputs inputs, VitForward vit, RunProgress progress) {
        this.inputs = inputs;
        this.vit = vit;
        this.progress = progress;
    }

    @Override
    public TaskOutcome learn(TaskStart start, Split split) {
        RunConfig config = inputs.config();
        int task = start.task();
        Recipe recipe = config.learning().recipe(config.recipe(), task);
        TaskResult result = new TaskTrainer(vit, config.lora(), recipe, config.seed())
                .train(
                        inputs.trainingImages(task, split.training()),
                        start,
                        step -> progress.step(task, inputs.stream().tasks(), step));
        return new TaskOutcome(
                new LearnedTask(
                        new LoraAdapter(RunFolder.numbered(task), result.factors()),
                        result.alpha(),
                        result.groupAlphas()),
                result.head(),
                OptionalDouble.of(
                        result.epochs().get(result.epochs().size() - 1).loss()),
                OptionalDouble.of(result.imagesPerSecond()));
    }
}
