package ham.train.lora;

import ham.train.input.Batch;
import ham.train.state.ReplayedStates;

/**
 * One step of training: the loss of a batch, its gradients, and Adam's change of every parameter.
 *
 * <p>The weight of an adapted layer, {@code W0 + sum_j alpha_Gj DW_Gj + alpha s B A}, is formed once a step, so a step costs the same
 * whatever rank the groups have accumulated.
 */
interface TrainingStep extends AutoCloseable {
    /**
     * Does a step.
     *
     * @param replayed states of earlier classes that go through the tail beside those of the batch; none or as many at every step
     * @param number from 1, counted over the task
     * @param factor the schedule's factor on the learning rates
     */
    StepResult run(Batch batch, ReplayedStates replayed, int number, double factor);

    /** Brings parameters and moments to where Java reads them. */
    void read();

    @Override
    void close();
}
