package ham.train.run;

import ham.merge.head.LinearHead;
import ham.train.learn.LearnedTask;
import java.util.OptionalDouble;

/**
 * What learning a task gave a run.
 *
 * @param learned the adapter and the scalars
 * @param head linear head over the task's own classes, which are the last, and over those before where they were replayed
 * @param loss mean training loss of the last epoch; empty where the adapter was taken from another run
 * @param imagesPerSecond training throughput; empty as the loss
 * @param secondsBefore that earlier processes trained, as far as their work was saved
 */
record TaskOutcome(
        LearnedTask learned,
        LinearHead head,
        OptionalDouble loss,
        OptionalDouble imagesPerSecond,
        double secondsBefore) {
    /** The same with another account of what was learnt. */
    TaskOutcome with(LearnedTask other) {
        return new TaskOutcome(other, head, loss, imagesPerSecond, secondsBefore);
    }

    /** The head over the task's own classes. */
    LinearHead ownHead(int classes) {
        return head.rows(head.classes() - classes, classes);
    }
}
