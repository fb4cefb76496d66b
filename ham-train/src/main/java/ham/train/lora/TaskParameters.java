package ham.train.lora;

import ham.merge.InputException;
import ham.merge.adapter.LayerShape;
import ham.merge.adapter.LoraFactors;
import ham.merge.checkpoint.Target;
import ham.merge.head.LinearHead;
import ham.merge.tensor.Matrix;
import ham.train.backbone.Layers;
import ham.train.optimize.Parameter;
import ham.train.seed.Seeds;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Everything that one task trains: A and B of every adapted layer, the task's scalar, the groups' scalars, and the head.
 *
 * <p>A begins Kaiming-uniform with a = sqrt(5), that is U(-1/sqrt(in), 1/sqrt(in)); B begins at zero, so the adapter begins as
 * the zero function; or both go on from where an earlier task left them. Head weights begin normal with deviation 0.02, redrawn beyond two deviations, biases at zero; rows of earlier classes go on from where they were. Draws follow
 * from (seed, task) alone, A with {@link Initialisation#SHARED} from the seed alone.
 */
final class TaskParameters {
    private static final double HEAD_DEVIATION = 0.02;

    private final double scaling;
    private final SortedMap<String, Parameter> a = new TreeMap<>();
    private final SortedMap<String, Parameter> b = new TreeMap<>();
    private final Scalars scalars;
    private final Parameter headWeight;
    private final Parameter headBias;

    /**
     * Initial values of a task.
     *
     * @param seed the run's seed
     * @throws InputException if factors to go on from do not fit
     */
    public TaskParameters(Layers layers, LoraSettings lora, Recipe recipe, TaskStart start, long seed) {
        scaling = lora.scaling();
        int r = lora.rank();
        for (int block : lora.adaptedBlocks(layers.blocks())) {
            for (Target target : lora.targets()) {
                String name = layers.weightName(block, target);
                int in = layers.inputs(name);
                int out = layers.outputs(name);
                LoraFactors factors = start.factors().isPresent()
                        ? given(start.factors().get(), name, lora, in, out)
                        : drawn(name, lora, in, out, seed, start.task());
                a.put(
                        name,
                        new Parameter(
                                name + " A", recipe.adapterRate(), factors.a().data(), r, in));
                b.put(
                        name,
                        new Parameter(
                                name + " B", recipe.adapterRate(), factors.b().data(), out, r));
            }
        }
        scalars = new Scalars(
                lora.scalars(),
                a.keySet(),
                start.groups(),
                start.trainAlpha() ? recipe.scalarRate() : 0,
                recipe.scalarRate());
        int d = layers.width();
        Random random = Seeds.random(seed, "head", start.task());
        float[] added = truncatedNormal(random, start.classes() * d);
        LinearHead before = start.head();
        int classes = before.classes() + start.classes();
        headWeight = new Parameter(
                "head weight", recipe.headRate(), joined(before.weight().data(), added), classes, d);
        headBias = new Parameter(
                "head bias", recipe.headRate(), joined(before.bias(), new float[start.classes()]), classes);
    }

    private static float[] joined(float[] first, float[] second) {
        float[] joined = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, joined, first.length, second.length);
        return joined;
    }

    private static LoraFactors given(
            SortedMap<String, LoraFactors> factors, String name, LoraSettings lora, int in, int out) {
        LoraFactors found = factors.get(name);
        LayerShape expected = new LayerShape(out, in, lora.rank(), lora.scaling());
        if (found == null || !found.shape().equals(expected)) {
            throw new InputException("adapter to go on from: expected " + expected + " for " + name + ", found "
                    + (found == null ? "none" : found.shape()) + "; use the rank and targets that it was trained with");
        }
        return found;
    }

    private static LoraFactors drawn(String name, LoraSettings lora, int in, int out, long seed, int task) {
        Random random = lora.initialisation() == Initialisation.SHARED
                ? Seeds.random(seed, "lora " + name)
                : Seeds.random(seed, "lora " + name, task);
        int r = lora.rank();
        return new LoraFactors(new Matrix(r, in, uniform(random, r * in, in)), Matrix.zeros(out, r), lora.scaling());
    }

    private static float[] uniform(Random random, int count, int in) {
        double bound = 1 / Math.sqrt(in);
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) ((2 * random.nextDouble() - 1) * bound);
        }
        return values;
    }

    private static float[] truncatedNormal(Random random, int count) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            double value = random.nextGaussian();
            while (Math.abs(value) > 2) {
                value = random.nextGaussian();
            }
            values[i] = (float) (HEAD_DEVIATION * value);
        }
        return values;
    }

    /** All parameters: every A, every B, the task's scalars, the groups' if there are groups, the head's weight and bias. */
    public List<Parameter> all() {
        List<Parameter> all = new ArrayList<>(a.values());
        all.addAll(b.values());
        all.add(scalars.own());
        if (scalars.groups().size() > 0) {
            all.add(scalars.groups());
        }
        all.add(headWeight);
        all.add(headBias);
        return all;
    }

    double scaling() {
        return scaling;
    }

    SortedMap<String, Parameter> a() {
        return a;
    }

    SortedMap<String, Parameter> b() {
        return b;
    }

    Scalars scalars() {
        return scalars;
    }

    Parameter headWeight() {
        return headWeight;
    }

    Parameter headBias() {
        return headBias;
    }

    /** The adapter as it stands: weight name to factors. */
    public SortedMap<String, LoraFactors> factors() {
        SortedMap<String, LoraFactors> factors = new TreeMap<>();
        a.forEach((name, value) -> factors.put(name, new LoraFactors(matrix(value), matrix(b.get(name)), scaling)));
        return factors;
    }

    /** The head as it stands. */
    public LinearHead head() {
        return new LinearHead(matrix(headWeight), headBias.values());
    }

    private static Matrix matrix(Parameter parameter) {
        long[] shape = parameter.shape();
        return new Matrix((int) shape[0], (int) shape[1], parameter.values());
    }
}
