package ham.train.guard;

import ham.merge.head.Head;
import ham.merge.head.HeadKind;
import ham.merge.safetensors.SafetensorsFile;
import ham.merge.safetensors.SafetensorsWriter;
import ham.train.engine.TorchEngine;
import ham.train.head.Features;
import ham.train.head.OnlineHeads;
import ham.train.head.PrototypeStatistics;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Statistics through the model with one part of its merged delta, and what of them held-out images are, so that heads can be made without these and
 * measured on them. Features of every task are those by the model of its time, as in what is deployed.
 */
final class GuardedHeads {
    private final OnlineHeads all;
    private PrototypeStatistics trained;
    private Features heldOut;

    /**
     * Begins with no class.
     *
     * @param features width d of a feature
     */
    GuardedHeads(OnlineHeads all, int features) {
        this(all, new PrototypeStatistics(features), new Features(new float[0], new int[0]));
    }

    private GuardedHeads(OnlineHeads all, PrototypeStatistics trained, Features heldOut) {
        this.all = all;
        this.trained = trained;
        this.heldOut = heldOut;
    }

    /** Notes a task's images, which were or will be added to the heads, that follow the present model. */
    void note(Features training, Features held, int seen) {
        trained.add(training, seen);
        heldOut = heldOut.and(all.asCounted(held));
    }

    /** Takes what was noted along with features that moved; the heads of all images are taken along before or after. */
    void follow(TorchEngine engine, Features before, Features after) {
        trained.follow(engine, before, after);
    }

    /** The heads of all images. */
    OnlineHeads heads() {
        return all;
    }

    /** Features of the held-out images of all tasks so far, each by the model of its task's time, in the coordinates in which heads count them. */
    Features heldOut() {
        return heldOut;
    }

    /** A head that has not seen the held-out images. */
    Head compared(HeadKind kind) {
        return kind == HeadKind.PROTOTYPE ? trained.head() : all.analyticWithout(heldOut);
    }

    void save(SafetensorsWriter writer, String prefix) {
        int d = trained.head().features();
        writer.add(prefix + "trained", trained.head().weight());
        writer.add(prefix + "held_out", List.of((long) heldOut.size(), (long) d), heldOut.values());
        writer.add(
                prefix + "positions",
                List.of((long) heldOut.size()),
                IntStream.of(heldOut.positions()).asDoubleStream().toArray());
    }

    static GuardedHeads restore(OnlineHeads all, SafetensorsFile file, String prefix) {
        double[] positions = file.doubles(prefix + "positions");
        return new GuardedHeads(
                all,
                new PrototypeStatistics(file.matrix(prefix + "trained")),
                new Features(
                        file.floats(prefix + "held_out"),
                        IntStream.range(0, positions.length)
                                .map(i -> (int) positions[i])
                                .toArray()));
    }
}
