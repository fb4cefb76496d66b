package ham.train.lora;

import ham.merge.adapter.LoraFactors;
import ham.merge.checkpoint.Target;
import ham.merge.checkpoint.VitConfig;
import ham.merge.checkpoint.VitNames;
import ham.merge.head.LinearHead;
import ham.merge.tensor.Matrix;
import ham.train.optimize.Parameter;
import ham.train.seed.Seeds;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Everything that one task trains: A and B of every adapted layer, the task's scalar, the groups' scalars, and the head.
 *
 * <p>A begins Kaiming-uniform with a = sqrt(5), that is U(-1/sqrt(in), 1/sqrt(in)); B begins at zero, so the adapter begins as
 * the zero function. Head weights begin normal with deviation 0.02, redrawn beyond two deviations; biases at zero. Draws follow
 * from (seed, task) alone.
 */
public final class TaskParameters {
    private static final double HEAD_DEVIATION = 0.02;

    private final double scaling;
    private final SortedMap<String, Parameter> a = new TreeMap<>();
    private final SortedMap<String, Parameter> b = new TreeMap<>();
    private final Parameter alpha;
    private final Parameter groupAlphas;
    private final Parameter headWeight;
    private final Parameter headBias;

    /**
     * Initial values of a task.
     *
     * @param groupAlphas where the groups' scalars stand
     * @param classes rows of the task's head
     * @param seed the run's seed
     * @param task from 0
     */
    public TaskParameters(
            VitConfig config,
            VitNames names,
            LoraSettings lora,
            Recipe recipe,
            double[] groupAlphas,
            int classes,
            long seed,
            int task) {
        scaling = lora.scaling();
        int r = lora.rank();
        for (int block = 0; block < config.layers(); block++) {
            for (Target target : lora.targets()) {
                String name = names.weight(block, target);
                int in = target.inputs(config);
                int out = target.outputs(config);
                Random random = Seeds.random(seed, "lora " + name, task);
                a.put(name, new Parameter(name + " A", recipe.adapterRate(), uniform(random, r * in, in), r, in));
                b.put(name, new Parameter(name + " B", recipe.adapterRate(), new float[out * r], out, r));
            }
        }
        this.alpha = new Parameter("alpha", recipe.scalarRate(), new float[] {1}, 1);
        this.groupAlphas =
                new Parameter("group alphas", recipe.scalarRate(), floats(groupAlphas), 1, groupAlphas.length);
        int d = config.hidden();
        Random random = Seeds.random(seed, "head", task);
        headWeight = new Parameter("head weight", recipe.headRate(), truncatedNormal(random, classes * d), classes, d);
        headBias = new Parameter("head bias", recipe.headRate(), new float[classes], classes);
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

    private static float[] floats(double[] values) {
        float[] floats = new float[values.length];
        for (int i = 0; i < values.length; i++) {
            floats[i] = (float) values[i];
        }
        return floats;
    }

    /** All parameters, in the order in which a step gives their gradients. */
    public List<Parameter> all() {
        List<Parameter> all = new ArrayList<>(a.values());
        all.addAll(b.values());
        all.add(alpha);
        if (groupAlphas.size() > 0) {
            all.add(groupAlphas);
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

    Parameter alpha() {
        return alpha;
    }

    Parameter groupAlphas() {
        return groupAlphas;
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
