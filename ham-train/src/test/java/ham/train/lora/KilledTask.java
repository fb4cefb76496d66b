package ham.train.lora;

import ham.merge.checkpoint.Checkpoint;
import ham.train.engine.TorchEngine;
import ham.train.vit.VitForward;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;

/** A process that trains a task, saves it after every step, and says every step, until it is killed. */
final class KilledTask {
    private KilledTask() {}

    public static void main(String[] arguments) {
        Path folder = Path.of(arguments[0]);
        TaskCheckpoint checkpoint = new TaskCheckpoint(folder.resolve("task.safetensors"), Duration.ZERO);
        train("fp32", Checkpoint.open(folder), TaskCheckpointTest.RECIPE, Optional.of(checkpoint), step -> {
            System.out.println(step.step());
            System.out.flush();
        });
    }

    static TaskResult train(
            String precision,
            Checkpoint base,
            Recipe recipe,
            Optional<TaskCheckpoint> checkpoint,
            Consumer<StepProgress> progress) {
        TaskStart start = TaskStart.beside(2, 3, new Fixture(base).groups());
        try (TorchEngine engine = TorchEngine.open("cpu", 1, precision);
                VitForward vit = new VitForward(engine, base)) {
            return new TaskTrainer(vit, TaskCheckpointTest.LORA, recipe, 3)
                    .train(Colours.images(), start, Optional.empty(), checkpoint, progress);
        }
    }
}
