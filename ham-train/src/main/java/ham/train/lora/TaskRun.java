package ham.train.lora;

import ham.merge.InputException;
import ham.train.input.Batch;
import ham.train.optimize.CosineSchedule;
import ham.train.replay.LatentReplay;
import ham.train.replay.ReplayedLatents;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** How far the training of one task has come, and what it has summed up. */
final class TaskRun {
    private final int task;
    private final int perEpoch;
    private final int steps;
    private final Consumer<StepProgress> progress;
    private final long started = System.nanoTime();
    private final double secondsBefore;
    private final List<EpochCount> epochs;
    private int step;
    private long images;
    private double loss;

    TaskRun(int task, int epochs, int perEpoch, TaskCheckpoint.Position position, Consumer<StepProgress> progress) {
        this.task = task;
        this.perEpoch = perEpoch;
        this.steps = Math.multiplyExact(epochs, perEpoch);
        this.progress = progress;
        this.epochs = new ArrayList<>(position.epochs());
        this.step = position.steps();
        this.secondsBefore = position.seconds();
    }

    /** Of the whole task. */
    int steps() {
        return steps;
    }

    boolean finished() {
        return step == steps;
    }

    /** Does the next step. */
    void step(TrainingStep training, Batch batch, Optional<LatentReplay> replay) {
        ReplayedLatents replayed = replay.map(states -> states.draw(step)).orElse(ReplayedLatents.NONE);
        StepResult result = training.run(batch, replayed, step + 1, CosineSchedule.factor(step, steps));
        requireFinite("loss", result.loss());
        requireFinite("gradient", result.gradient());
        int epoch = step / perEpoch;
        if (epoch == epochs.size()) {
            epochs.add(EpochCount.NONE);
        }
        epochs.set(epoch, epochs.get(epoch).and(result, batch.size()));
        step++;
        images += batch.size();
        loss = result.loss();
    }

    private void requireFinite(String what, double value) {
        if (!Double.isFinite(value)) {
            throw new InputException("training task " + task + ": expected a finite " + what + ", found " + value
                    + " at step " + (step + 1) + " of " + steps + " (epoch " + (step / perEpoch + 1)
                    + "); what was saved before is kept; begin anew with lower learning rates (lr, alpha-lr) or"
                    + " precision fp32, or check the base checkpoint for extreme weights");
        }
    }

    /** Tells where training stands. */
    void report() {
        progress.accept(new StepProgress(step, steps, (step - 1) / perEpoch + 1, loss, imagesPerSecond()));
    }

    TaskCheckpoint.Position position() {
        return new TaskCheckpoint.Position(step, List.copyOf(epochs), secondsBefore + seconds());
    }

    List<EpochResult> epochs() {
        return epochs.stream().map(EpochCount::result).toList();
    }

    /** Of earlier processes, as far as their work was saved. */
    double secondsBefore() {
        return secondsBefore;
    }

    /** Of this process. */
    double imagesPerSecond() {
        return images / seconds();
    }

    private double seconds() {
        return (System.nanoTime() - started) / 1e9;
    }
}
