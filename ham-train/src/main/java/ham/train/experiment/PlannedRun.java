package ham.train.experiment;

import ham.train.config.RunConfig;

/**
 * A run that an experiment consists of.
 *
 * @param name what is compared, the same for every class order
 * @param order name of the class order
 * @param config of the run
 */
public record PlannedRun(String name, String order, RunConfig config) {
    /** The name of its folder. */
    public String folder() {
        return name + "-order" + order;
    }
}
