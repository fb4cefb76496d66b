package ham.train.lora;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ham.merge.InputException;
import ham.train.engine.TensorArrays;
import ham.train.input.Batch;
import ham.train.replay.ReplayedLatents;
import java.util.Arrays;
import java.util.List;
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

    /**
     * The images of a batch.
     *
     * @param image shape of one, which the model takes
     * @throws InputException if they have another
     */
    static NDArray pixels(NDManager manager, Batch batch, Shape image) {
        List<Long> shape = batch.pixels().shape();
        if (shape.get(2) != image.get(1) || shape.get(3) != image.get(2)) {
            throw new InputException("preprocessing: expected images of " + image.get(2) + " x " + image.get(1)
                    + " pixels for this model, found " + shape.get(3) + " x " + shape.get(2)
                    + "; use the checkpoint's own preprocessing");
        }
        return TensorArrays.of(manager, batch.pixels());
    }

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
