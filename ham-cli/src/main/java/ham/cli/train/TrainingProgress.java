package ham.cli.train;

import ham.cli.console.Console;
import ham.job.JobListener;
import ham.merge.head.HeadKind;
import ham.train.config.RunConfig;
import ham.train.data.ImageSet;
import ham.train.learn.LearningMethod;
import ham.train.lora.StepProgress;
import ham.train.run.TaskSummary;
import ham.train.run.Variants;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** Shows on standard error how a run goes. */
public final class TrainingProgress implements JobListener {
    private final Console console;
    private final LearningMethod method;
    private final HeadKind head;
    private final Set<String> told;
    private final Set<String> failures = new HashSet<>();
    private String kind = ImageSet.KIND;

    public TrainingProgress(Console console, RunConfig config) {
        this(console, config, new HashSet<>());
    }

    /**
     * One of many runs.
     *
     * @param told what other runs warned of besides their ways to fail; it is not said again, and grows
     */
    public TrainingProgress(Console console, RunConfig config, Set<String> told) {
        this.console = console;
        this.told = told;
        this.method = config.learning().method();
        this.head = config.head().kind();
    }

    @Override
    public void learnsFrom(String plural) {
        kind = plural;
    }

    @Override
    public void warned(String sentence) {
        if (told.add(sentence)) {
            console.warn(sentence);
        }
    }

    @Override
    public void stage(String sentence) {
        console.stage(sentence);
    }

    @Override
    public void progress(String what, long done, long total) {
        console.progress("%s: %d of %d %s", what, done, total, kind);
    }

    @Override
    public void interrupted(Path run, int finishedTasks, boolean kept) {
        console.stage(
                !kept
                        ? "ham: interrupted before anything was saved; nothing is kept"
                        : "ham: interrupted after " + finishedTasks + " finished tasks, which are in " + run
                                + "; go on with --resume");
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
                "task %d of %d: epoch %d, step %d of %d, loss %.3f, %.0f %s/s",
                task + 1, tasks, step.epoch(), step.step(), step.steps(), step.loss(), step.imagesPerSecond(), kind);
    }

    @Override
    public void finished(TaskSummary summary) {
        List<String> parts = new ArrayList<>();
        summary.loss().ifPresent(loss -> parts.add(format("loss %.3f", loss)));
        summary.imagesPerSecond().ifPresent(speed -> parts.add(format("%.0f %s/s", speed, kind)));
        summary.step()
                .ifPresent(step -> parts.add(format("%s group %d", step.opened() ? "opened" : "joined", step.group())));
        summary.guard()
                .filter(choice -> choice.merge() != null)
                .ifPresent(choice -> parts.add("merged by " + choice.merge()));
        summary.guard()
                .filter(choice -> choice.scale() < 1)
                .ifPresent(choice -> parts.add(format("scale %s of the delta", choice.scale())));
        String frozen = Optional.ofNullable(summary.accuracy().get(Variants.name(LearningMethod.FROZEN, head)))
                .filter(accuracy -> method != LearningMethod.FROZEN)
                .map(accuracy -> format(" (frozen backbone %.1f %%)", 100 * accuracy))
                .orElse("");
        parts.add(
                format("accuracy so far %.1f %%", 100 * summary.accuracy().get(Variants.name(method, head))) + frozen);
        console.stage(format("task %d of %d: ", summary.task() + 1, summary.tasks()) + String.join(", ", parts));
        summary.warnings().stream().filter(failures::add).forEach(console::warn);
    }

    private static String format(String format, Object... arguments) {
        return String.format(Locale.ROOT, format, arguments);
    }
}
