package ham.cli;

import ham.merge.head.HeadKind;
import ham.train.lora.StepProgress;
import ham.train.run.RunProgress;
import ham.train.run.TaskSummary;
import ham.train.run.Variants;
import java.util.List;
import java.util.Locale;

/** Shows on standard error how a run goes. */
final class TrainingProgress implements RunProgress {
    private final Console console;
    private final HeadKind head;

    TrainingProgress(Console console, HeadKind head) {
        this.console = console;
        this.head = head;
    }

    @Override
    public void resumed(int finishedTasks, int tasks) {
        console.stage("resuming after " + finishedTasks + " of " + tasks + " tasks");
    }

    @Override
    public void task(int task, int tasks, List<String> classes) {
        console.progress("task %d of %d (%s)", task + 1, tasks, String.join(", ", classes));
    }

    @Override
    public void step(int task, int tasks, StepProgress step) {
        console.progress(
                "task %d of %d: epoch %d, step %d of %d, loss %.3f, %.0f images/s",
                task + 1, tasks, step.epoch(), step.step(), step.steps(), step.loss(), step.imagesPerSecond());
    }

    @Override
    public void finished(TaskSummary summary) {
        console.stage(String.format(
                Locale.ROOT,
                "task %d of %d: loss %.3f, %.0f images/s, %s group %d, accuracy so far %.1f %% (frozen backbone %.1f %%)",
                summary.task() + 1,
                summary.tasks(),
                summary.loss(),
                summary.imagesPerSecond(),
                summary.step().opened() ? "opened" : "joined",
                summary.step().group(),
                100 * summary.accuracy().get(Variants.ham(head)),
                100 * summary.accuracy().getOrDefault(Variants.frozen(head), Double.NaN)));
    }
}
