package ham.train.lora;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ham.train.input.Batch;
import ham.train.replay.ReplayedLatents;
import java.util.Arrays;
import java.util.stream.IntStream;

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
    StepResult run(Batch batch, ReplayedLatents replayed, int number, double factor);

    /** Rows of the head of a batch's images, then of the replayed states. */
    static int[] targets(Batch batch, ReplayedLatents replayed) {
        return IntStream.concat(Arrays.stream(batch.targets()), Arrays.stream(replayed.positions()))
                .toArray();
    }

    /** A row a replayed state. */
    static NDArray rows(NDManager manager, ReplayedLatents replayed, float[] values) {
        return manager.create(values, new Shape(replayed.size(), values.length / replayed.size()));
    }

    /** Brings parameters and moments to where Java reads them. */
    void read();

    @Override
    void close();
}
