package ham.job.experiment;

import ham.job.work.WorkListener;
import ham.train.experiment.PlannedRun;
import ham.train.run.RunProgress;
import java.nio.file.Path;
import java.util.OptionalDouble;

/** Who wants to know how an experiment goes. */
public interface ExperimentListener extends WorkListener {
    /**
     * A run begins, goes on, or turns out to be finished.
     *
     * @param number from 1
     * @param runs how many there are
     * @param secondsLeft for this and the rest, as far as earlier runs tell
     * @return who wants to know how that run goes
     */
    RunProgress begins(int number, int runs, PlannedRun run, OptionalDouble secondsLeft);

    /** The process was told to stop; what is finished is in the folder. */
    default void interrupted(Path folder) {}
}
