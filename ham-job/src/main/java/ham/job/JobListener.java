package ham.job;

import ham.job.work.WorkListener;
import ham.train.lora.StepProgress;
import ham.train.run.RunProgress;
import ham.train.run.TaskSummary;
import java.nio.file.Path;
import java.util.List;

/** Who wants to know how a job goes. Every method does nothing unless it is overridden; tasks are counted from 0. */
public interface JobListener extends WorkListener, RunProgress {
    /** Nobody. */
    JobListener SILENT = new JobListener() {};

    @Override
    default void warned(String sentence) {}

    @Override
    default void learnsFrom(String kind) {}

    @Override
    default void planned(String sentence) {
        stage(sentence);
    }

    @Override
    default void resumed(int finishedTasks, int tasks) {}

    @Override
    default void task(int task, int tasks, List<String> classes) {}

    @Override
    default void step(int task, int tasks, StepProgress step) {}

    @Override
    default void finished(TaskSummary summary) {}

    /**
     * The process was told to stop.
     *
     * @param run the run folder
     * @param finishedTasks which it holds
     * @param kept whether the folder is kept, so that the job can be resumed
     */
    default void interrupted(Path run, int finishedTasks, boolean kept) {}
}
