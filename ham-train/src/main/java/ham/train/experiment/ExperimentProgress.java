package ham.train.experiment;

import ham.train.run.RunProgress;
import java.util.List;
import java.util.OptionalDouble;

/** Who wants to know how an experiment goes. */
public interface ExperimentProgress {
    /**
     * A run begins, goes on, or turns out to be finished.
     *
     * @param number from 1
     * @param runs how many there are
     * @param secondsLeft for this and the rest, as far as earlier runs tell
     * @return who wants to know how that run goes
     */
    RunProgress begins(int number, int runs, PlannedRun run, OptionalDouble secondsLeft);

    /** One more run is finished. */
    void finished(List<MeasuredRun> soFar);
}
