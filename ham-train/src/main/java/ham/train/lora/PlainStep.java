package ham.train.lora;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.core.Linear;
import ai.djl.training.GradientCollector;
import ham.common.ArgMax;
import ham.train.input.Batch;
import ham.train.optimize.Adam;
import ham.train.optimize.Parameter;
import ham.train.replay.ReplayedLatents;
import ham.train.vit.VitForward;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A step operator by operator in float32, with {@link Adam} in Java: the control of {@link ScriptStep}.
 *
 * <p>Every array of a step lives in one scope and is freed at its end.
 */
final class PlainStep implements TrainingStep {
    private final VitForward vit;
    private final TaskParameters parameters;
    private final double replayHold;
    private final NDManager manager;
    private final StackedGroups groups;

    /** @param replayHold weight of the distance that replayed features move */
    PlainStep(VitForward vit, TaskParameters parameters, List<FrozenGroup> frozen, double replayHold) {
        this.replayHold = replayHold;
        this.vit = vit;
        this.parameters = parameters;
        manager = vit.engine().newManager();
        groups = new StackedGroups(vit, manager, frozen);
    }

    @Override
    public StepResult run(Batch batch, ReplayedLatents replayed, int number, double factor) {
        List<float[]> gradients = new ArrayList<>();
        StepResult result = differentiate(batch, replayed, gradients);
        Adam.update(parameters.all(), number, gradients, factor);
        return result;
    }

    private StepResult differentiate(Batch batch, ReplayedLatents replayed, List<float[]> gradients) {
        try (NDScope scope = new NDScope();
                GradientCollector collector = Engine.getEngine("PyTorch").newGradientCollector()) {
            scope.suppressNotUsedWarning();
            Map<Parameter, NDArray> lent = lend();
            lent.values().forEach(array -> array.setRequiresGradient(true));
            NDArray features = features(lent, batch, replayed);
            NDArray logits = logits(lent, features);
            NDArray loss = crossEntropy(logits, TrainingStep.targets(batch, replayed));
            if (replayed.size() > 0) {
                loss = loss.add(movement(features, replayed));
            }
            collector.backward(loss);
            double sum = 0;
            for (Parameter parameter : parameters.all()) {
                float[] gradient = lent.get(parameter).getGradient().toFloatArray();
                gradients.add(gradient);
                for (float value : gradient) {
                    sum += Math.abs(value);
                }
            }
            int classes = Math.toIntExact(logits.getShape().get(1));
            return new StepResult(loss.getFloat(), correct(logits.toFloatArray(), classes, batch.targets()), sum);
        }
    }

    /** Logits of a batch without gradients, [n * classes]. */
    float[] logits(Batch batch) {
        try (NDScope scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            Map<Parameter, NDArray> lent = lend();
            return logits(lent, features(lent, batch, ReplayedLatents.NONE)).toFloatArray();
        }
    }

    private Map<Parameter, NDArray> lend() {
        Map<Parameter, NDArray> lent = new HashMap<>();
        for (Parameter parameter : parameters.all()) {
            lent.put(
                    parameter,
                    manager.create(parameter.value().bytes(), new Shape(parameter.shape()), DataType.FLOAT32));
        }
        return lent;
    }

    /** Features of a batch, then of the replayed states. */
    private NDArray features(Map<Parameter, NDArray> lent, Batch batch, ReplayedLatents replayed) {
        int side = vit.config().imageSize();
        NDArray pixels = TrainingStep.pixels(manager, batch, new Shape(3, side, side));
        Map<String, NDArray> weights = effective(lent);
        NDArray states = vit.states(pixels, weights);
        if (replayed.size() > 0) {
            states = states.concat(TrainingStep.rows(manager, replayed, replayed.values()));
        }
        return vit.tail(states, weights);
    }

    private NDArray logits(Map<Parameter, NDArray> lent, NDArray features) {
        return Linear.linear(features, lent.get(parameters.headWeight()), lent.get(parameters.headBias()))
                .singletonOrThrow();
    }

    /** The mean squared distance that features of the replayed states moved, weighted. */
    private NDArray movement(NDArray features, ReplayedLatents replayed) {
        long all = features.getShape().get(0);
        NDArray held = TrainingStep.rows(manager, replayed, replayed.features());
        NDArray moved =
                features.get(new NDIndex(all - replayed.size() + ":" + all)).sub(held);
        // Not a plain number, as the scaling below.
        return moved.mul(moved).sum(new int[] {1}).mean().mul(manager.create((float) replayHold));
    }

    private Map<String, NDArray> effective(Map<Parameter, NDArray> lent) {
        Scalars scalars = parameters.scalars();
        Map<String, NDArray> weights = new HashMap<>();
        groups.names().forEach(name -> {
            NDArray base = vit.weight(name);
            NDArray alphas = row(lent.get(scalars.groups()), scalars.groupRow(name));
            weights.put(name, base.add(groups.delta(name, alphas, base.getShape())));
        });
        // Not a plain number: backward reads it again, and DJL frees the array that it makes of one at once.
        NDArray scaling = manager.create((float) parameters.scaling());
        NDArray scale = lent.get(scalars.own()).mul(scaling);
        parameters.a().forEach((name, a) -> {
            NDArray weighted = lent.get(a).mul(row(scale, scalars.ownRow(name)));
            NDArray delta = lent.get(parameters.b().get(name)).matMul(weighted);
            weights.put(name, weights.getOrDefault(name, vit.weight(name)).add(delta));
        });
        return weights;
    }

    /** One row of the scalars, [1, ...]. */
    private static NDArray row(NDArray scalars, int row) {
        return scalars.getShape().get(0) == 1 ? scalars : scalars.get(new NDIndex(row + ":" + (row + 1)));
    }

    private NDArray crossEntropy(NDArray logits, int[] targets) {
        long[] indices = new long[targets.length];
        for (int i = 0; i < targets.length; i++) {
            indices[i] = targets[i];
        }
        NDArray chosen = manager.create(indices, new Shape(targets.length, 1));
        return logits.logSoftmax(1).gather(chosen, 1).mean().neg();
    }

    /** Of the images, which come first; logits of replayed states may follow. */
    private static int correct(float[] logits, int classes, int[] targets) {
        int correct = 0;
        for (int i = 0; i < targets.length; i++) {
            correct += ArgMax.of(logits, i * classes, classes) == targets[i] ? 1 : 0;
        }
        return correct;
    }

    /** Parameters are always Java's. */
    @Override
    public void read() {}

    @Override
    public void close() {
        manager.close();
    }
}
