package ham.train.lora;

import ham.merge.adapter.LoraFactors;
import ham.merge.checkpoint.Checkpoint;
import ham.merge.checkpoint.Target;
import ham.merge.join.Importance;
import ham.merge.tensor.Matrix;
import ham.runtime.tensor.Tensor;
import ham.train.TinyVit;
import ham.train.input.Batch;
import ham.train.input.ImageReader;
import ham.train.optimize.Parameter;
import ham.train.replay.ReplayedLatents;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/** Random groups, parameters and batches for a {@link TinyVit}. */
final class Fixture {
    static final LoraSettings LORA = lora(EnumSet.of(Target.QUERY, Target.VALUE), ScalarScope.SHARED);
    static final int CLASSES = 3;

    private final Random random = new Random(11);
    private final Checkpoint checkpoint;
    private final LoraSettings lora;

    Fixture(Checkpoint checkpoint) {
        this(checkpoint, LORA);
    }

    Fixture(Checkpoint checkpoint, LoraSettings lora) {
        this.checkpoint = checkpoint;
        this.lora = lora;
    }

    static LoraSettings lora(Set<Target> targets, ScalarScope scalars) {
        return new LoraSettings(List.copyOf(targets), List.of(), 2, 3, false, Initialisation.OWN, scalars);
    }

    /** Two groups; the second adapts fewer layers, and one that the task does not. */
    List<FrozenGroup> groups() {
        SortedMap<String, Matrix> first = new TreeMap<>();
        SortedMap<String, Matrix> second = new TreeMap<>();
        for (int block = 0; block < 2; block++) {
            first.put(checkpoint.names().weight(block, Target.QUERY), matrix(16, 16, 0.1));
            first.put(checkpoint.names().weight(block, Target.VALUE), matrix(16, 16, 0.1));
        }
        second.put(checkpoint.names().weight(1, Target.VALUE), matrix(16, 16, 0.1));
        second.put(checkpoint.names().weight(0, Target.FC1), matrix(32, 16, 0.1));
        return List.of(new FrozenGroup(0.7, first), new FrozenGroup(-0.4, second));
    }

    /** Two adapters that stand frozen as factors; the second has another rank and lacks a layer. */
    List<FrozenGroup> pairs() {
        String query = checkpoint.names().weight(0, Target.QUERY);
        String fc1 = checkpoint.names().weight(1, Target.FC1);
        SortedMap<String, LoraFactors> first = new TreeMap<>();
        first.put(query, new LoraFactors(matrix(2, 16, 0.3), matrix(16, 2, 0.3), 1.5));
        first.put(fc1, new LoraFactors(matrix(2, 16, 0.3), matrix(32, 2, 0.3), 1.5));
        SortedMap<String, LoraFactors> second = new TreeMap<>();
        second.put(fc1, new LoraFactors(matrix(3, 16, 0.3), matrix(32, 3, 0.3), 0.5));
        return List.of(FrozenGroup.of(Importance.of(0.7), first), FrozenGroup.of(Importance.of(-0.4), second));
    }

    Matrix matrix(int rows, int columns, double deviation) {
        return new Matrix(rows, columns, gaussian(rows * columns, deviation));
    }

    float[] gaussian(int count, double deviation) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) (deviation * random.nextGaussian());
        }
        return values;
    }

    /** Parameters away from their initial values, so that every gradient is there. */
    TaskParameters parameters(List<FrozenGroup> groups) {
        TaskParameters parameters = initial(groups);
        List<Parameter> moved = new ArrayList<>(parameters.b().values());
        moved.add(parameters.headWeight());
        moved.add(parameters.headBias());
        for (Parameter parameter : moved) {
            float[] values = gaussian(parameter.size(), 0.3);
            for (int i = 0; i < values.length; i++) {
                parameter.set(i, values[i]);
            }
        }
        for (Parameter scalars :
                List.of(parameters.scalars().own(), parameters.scalars().groups())) {
            for (int i = 0; i < scalars.size(); i++) {
                scalars.set(i, scalars.get(i) - 0.2f + 0.05f * i);
            }
        }
        return parameters;
    }

    TaskParameters initial(List<FrozenGroup> groups) {
        TaskStart start = TaskStart.beside(0, CLASSES, groups);
        return new TaskParameters(new VitLayers(checkpoint), lora, Recipe.DEFAULT, start, 5);
    }

    /** Gradients of every parameter, read off Adam's first moment; nothing is changed. */
    static List<float[]> gradients(TrainingStep step, TaskParameters parameters, Batch batch) {
        return gradients(step, parameters, batch, ReplayedLatents.NONE);
    }

    /** The same with states beside the batch. */
    static List<float[]> gradients(
            TrainingStep step, TaskParameters parameters, Batch batch, ReplayedLatents replayed) {
        for (Parameter parameter : parameters.all()) {
            parameter.firstMoment().set(new float[parameter.size()]);
        }
        step.run(batch, replayed, 1, 0);
        step.read();
        List<float[]> gradients = new ArrayList<>();
        for (Parameter parameter : parameters.all()) {
            float[] gradient = parameter.firstMoment().values();
            for (int i = 0; i < gradient.length; i++) {
                gradient[i] *= 10;
            }
            gradients.add(gradient);
        }
        return gradients;
    }

    /** Random pixels with targets 0, 1, 2, 0, 1, ... */
    Batch batch(float[] pixels) {
        int[] targets = new int[pixels.length / (3 * TinyVit.SIDE * TinyVit.SIDE)];
        for (int i = 0; i < targets.length; i++) {
            targets[i] = i % CLASSES;
        }
        return new Batch(
                Map.of(ImageReader.INPUT, Tensor.of(pixels, targets.length, 3, TinyVit.SIDE, TinyVit.SIDE)), targets);
    }
}
