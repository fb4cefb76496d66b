package ham.train.run;

import ham.train.lora.StepProgress;
import java.util.List;

/** Who wants to know how a run goes. Tasks are counted from 0. */
public interface RunProgress {
    /** Hears nothing. */
    RunProgress SILENT = new RunProgress() {
        @Override
        public void warned(String sentence) {}

        @Override
        public void resumed(int finishedTasks, int tasks) {}

        @Override
        public void task(int task, int tasks, List<String> classes) {}

        @Override
        public void step(int task, int tasks, StepProgress step) {}

        @Override
        public void finished(TaskSummary summary) {}
    };

    /** Something that a user should know and that does not stop the run, a sentence. */
    void warned(String sentence);

    /** What the run learns from, in the plural: {@code images} or {@code texts}. The first that is told. */
    default void learnsFrom(String kind) {}

    /** What the run is going to need, a sentence. */
    default void planned(String sentence) {}

    /** The run goes on after tasks that an earlier process finished. */
    void resumed(int finishedTasks, int tasks);

    /** Training of a task begins. */
    void task(int task, int tasks, List<String> classes);

    /** A training step is done. */
    void step(int task, int tasks, StepProgress step);

    /** A task is finished and saved. */
    void finished(TaskSummary summary);
}
