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
import ham.merge.InputException;
import ham.merge.tensor.Matrix;
import ham.train.input.Batch;
import ham.train.metrics.Top1;
import ham.train.optimize.Parameter;
import ham.train.vit.VitForward;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The network of one task: frozen ViT, frozen groups, and the task's parameters, which are passed in.
 *
 * <p>Each adapted layer's weight {@code W0 + sum_j alpha_Gj DW_Gj + alpha s B A} is formed once a step, so a step costs the same
 * whatever rank the groups have accumulated. Every array of a step lives in one scope and is freed at its end: memory is flat.
 */
final class TaskModel implements AutoCloseable {
    private final VitForward vit;
    private final NDManager manager;
    /** Weight name to [groups, out * in]. */
    private final SortedMap<String, NDArray> groups = new TreeMap<>();

    TaskModel(VitForward vit, List<FrozenGroup> frozen) {
        this.vit = vit;
        manager = vit.engine().newManager();
        TreeSet<String> names = new TreeSet<>();
        frozen.forEach(group -> names.addAll(group.deltas().keySet()));
        for (String name : names) {
            groups.put(name, stack(name, frozen));
        }
    }

    private NDArray stack(String name, List<FrozenGroup> frozen) {
        Shape shape = vit.weight(name).getShape();
        NDArray stacked = manager.zeros(new Shape(frozen.size(), shape.size()));
        for (int i = 0; i < frozen.size(); i++) {
            Matrix delta = frozen.get(i).deltas().get(name);
            if (delta == null) {
                continue;
            }
            if (delta.rows() != shape.get(0) || delta.columns() != shape.get(1)) {
                throw new InputException("group " + i + ": expected a delta " + shape + " for " + name + ", found "
                        + delta + "; use adapters of this base");
            }
            try (NDArray row = manager.create(delta.data())) {
                stacked.set(new NDIndex(i), row);
            }
        }
        return stacked;
    }

    /** Loss and gradients of a batch. */
    StepResult step(TaskParameters parameters, Batch batch) {
        try (NDScope scope = new NDScope();
                GradientCollector collector = Engine.getEngine("PyTorch").newGradientCollector()) {
            scope.suppressNotUsedWarning();
            Map<Parameter, NDArray> lent = lend(parameters);
            parameters.all().forEach(parameter -> lent.get(parameter).setRequiresGradient(true));
            NDArray logits = logits(parameters, lent, batch);
            NDArray loss = crossEntropy(logits, batch.targets());
            collector.backward(loss);
            List<float[]> gradients = new ArrayList<>();
            for (Parameter parameter : parameters.all()) {
                gradients.add(lent.get(parameter).getGradient().toFloatArray());
            }
            return new StepResult(loss.getFloat(), correct(logits.toFloatArray(), batch.targets()), gradients);
        }
    }

    /** Logits of a batch without gradients, [n * classes]. */
    float[] logits(TaskParameters parameters, Batch batch) {
        try (NDScope scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            return logits(parameters, lend(parameters), batch).toFloatArray();
        }
    }

    private Map<Parameter, NDArray> lend(TaskParameters parameters) {
        Map<Parameter, NDArray> lent = new HashMap<>();
        List<Parameter> all = new ArrayList<>(parameters.all());
        all.add(parameters.scalars().own());
        for (Parameter parameter : all) {
            lent.put(parameter, manager.create(parameter.bytes(), new Shape(parameter.shape()), DataType.FLOAT32));
        }
        return lent;
    }

    private NDArray logits(TaskParameters parameters, Map<Parameter, NDArray> lent, Batch batch) {
        int side = vit.config().imageSize();
        NDArray pixels = manager.create(batch.pixels(), new Shape(batch.size(), 3, side, side), DataType.FLOAT32);
        NDArray features = vit.features(pixels, effective(parameters, lent));
        return Linear.linear(features, lent.get(parameters.headWeight()), lent.get(parameters.headBias()))
                .singletonOrThrow();
    }

    private Map<String, NDArray> effective(TaskParameters parameters, Map<Parameter, NDArray> lent) {
        Scalars scalars = parameters.scalars();
        Map<String, NDArray> weights = new HashMap<>();
        groups.forEach((name, stacked) -> {
            NDArray base = vit.weight(name);
            NDArray alphas = row(lent.get(scalars.groups()), scalars.groupRow(name));
            weights.put(name, base.add(alphas.matMul(stacked).reshape(base.getShape())));
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

    private static int correct(float[] logits, int[] targets) {
        int classes = logits.length / targets.length;
        int correct = 0;
        for (int i = 0; i < targets.length; i++) {
            correct += Top1.of(logits, i * classes, classes) == targets[i] ? 1 : 0;
        }
        return correct;
    }

    @Override
    public void close() {
        manager.close();
    }
}
