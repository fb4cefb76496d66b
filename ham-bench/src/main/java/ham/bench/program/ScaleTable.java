package ham.bench.program;

import com.sun.management.OperatingSystemMXBean;
import ham.merge.adapter.LoraAdapter;
import ham.merge.adapter.LoraFactors;
import ham.merge.join.Importance;
import ham.merge.tensor.Matrix;
import ham.train.learn.LearnedTask;
import ham.train.learn.Learner;
import ham.train.learn.LearningMethod;
import ham.train.learn.LearningSettings;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.TreeMap;

/**
 * Hours and memory of ViT-B/16 runs at 224 pixels on one GPU, on paper: what cannot be measured without one is assumed and printed as assumed
 * (images a second, float64 rate, seconds of a bake, which {@code benchmarks/run} measures), the merge is measured here on random adapters, task after
 * task, as a run does it. The guard's passes: every training image through a part of the delta, and after every task the held-out images of all tasks
 * so far through that part and through all of it.
 *
 * <p>{@code java -Dtrain=1000 -Dfeatures=300 -Dtflops=10 -Dbake=3 -cp "ham-cli/target/lib/*" ham.bench.program.ScaleTable}. CIFAR-100's numbers: 50,000
 * training images, 10,000 test images, five epochs, batch 64, M = 10,000, the frozen backbone beside the method.
 */
public final class ScaleTable {
    private static final double TRAIN = Double.parseDouble(System.getProperty("train", "1000"));
    private static final double FEATURES = Double.parseDouble(System.getProperty("features", "300"));
    private static final double TFLOPS = Double.parseDouble(System.getProperty("tflops", "10"));
    private static final double BAKE = Double.parseDouble(System.getProperty("bake", "3"));
    private static final int MEASURED = Integer.getInteger("measured", 60);

    private static final int TRAINING_IMAGES = 50_000;
    private static final int TEST_IMAGES = 10_000;
    private static final double HELD_OUT = 0.1;
    private static final int EPOCHS = 5;
    private static final int BATCH = 64;
    private static final int D = 768;
    private static final int LAYERS = 24;
    private static final int RANK = 16;
    private static final int GROUPS = 5;
    private static final int TOKENS = 197;
    private static final int BLOCKS = 12;
    private static final int HEADS = 12;
    private static final int RIDGES = 11;
    private static final double M = 10_000;
    private static final double HOUR = 3600;
    private static final double GIB = 1L << 30;
    private static final double NANOS = 1e9;

    private ScaleTable() {}

    /** Runs. */
    public static void main(String[] args) {
        double merge = merge();
        System.out.printf(
                Locale.ROOT,
                "assumed of one GPU: %.0f images/s of training (bf16), %.0f images/s of features (fp32), %.0f TFLOPS in float64; %.0f s for the bake%n"
                        + "measured here: %.2f s of processor time a task for start, join and merge of 24 layers at 5 groups%n%n"
                        + "| tasks | training h | heads h | evaluation h | frozen h | guard h | merge and bake h | solving h | all h | merge, bake and solving | GPU GiB |%n"
                        + "|---|---|---|---|---|---|---|---|---|---|---|%n",
                TRAIN,
                FEATURES,
                TFLOPS,
                BAKE,
                merge);
        for (int tasks : new int[] {10, 20, 50, 200}) {
            row(tasks, merge);
        }
    }

    private static void row(int tasks, double merge) {
        double training = TRAINING_IMAGES * (double) EPOCHS / TRAIN;
        double heads = TRAINING_IMAGES / FEATURES;
        double evaluation = TEST_IMAGES * (tasks + 1) / 2.0 / FEATURES;
        double frozen = (TRAINING_IMAGES + TEST_IMAGES) / FEATURES;
        double guard = TRAINING_IMAGES * (1 + HELD_OUT * (tasks + 1)) / FEATURES;
        double merging = tasks * merge + BAKE;
        double flops = 3 * (2 * TRAINING_IMAGES * M * M + tasks * RIDGES * M * M * M / 3);
        double solving = flops / (TFLOPS * 1e12);
        double all = training + heads + evaluation + frozen + guard + merging + solving;
        System.out.printf(
                Locale.ROOT,
                "| %d | %.2f | %.2f | %.2f | %.2f | %.2f | %.3f | %.3f | %.2f | %.1f %% | %.1f |%n",
                tasks,
                training / HOUR,
                heads / HOUR,
                evaluation / HOUR,
                frozen / HOUR,
                guard / HOUR,
                merging / HOUR,
                solving / HOUR,
                all / HOUR,
                100 * (merging + solving) / all,
                memory() / GIB);
    }

    /** Base, effective weights and groups, what a step keeps in bf16, G twice and its factor; the same for any number of tasks. */
    private static double memory() {
        double weights = 4.0 * 12 * D * D * BLOCKS;
        double deltas = 4.0 * LAYERS * D * D * (GROUPS + 2);
        double step = 2.0 * BATCH * TOKENS * BLOCKS * (26.0 * D + 2.0 * HEADS * TOKENS);
        return weights + deltas + step + 3 * 8 * M * M;
    }

    /** Processor seconds of the merge's work at a task, when all groups are there: the median of the last third. */
    private static double merge() {
        OperatingSystemMXBean system = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
        Learner learner = LearningSettings.of(LearningMethod.HAM).learner();
        SplittableRandom random = new SplittableRandom(1);
        double[] seconds = new double[MEASURED];
        for (int task = 0; task < MEASURED; task++) {
            LearnedTask learned = task(task, random, Math.min(task, GROUPS));
            long before = system.getProcessCpuTime();
            learner.start(task, 10);
            learner.join(learned);
            learner.deltas();
            seconds[task] = (system.getProcessCpuTime() - before) / NANOS;
            System.out.printf(Locale.ROOT, "task %d: merge %.2f s of processor time%n", task, seconds[task]);
        }
        double[] last = Arrays.copyOfRange(seconds, MEASURED - Math.max(1, MEASURED / 3), MEASURED);
        Arrays.sort(last);
        return last[last.length / 2];
    }

    private static LearnedTask task(int number, SplittableRandom random, int groups) {
        TreeMap<String, LoraFactors> factors = new TreeMap<>();
        for (int layer = 0; layer < LAYERS; layer++) {
            factors.put(
                    String.format(Locale.ROOT, "layer.%02d.weight", layer),
                    new LoraFactors(matrix(RANK, D, random), matrix(D, RANK, random), 1));
        }
        List<Importance> alphas = Collections.nCopies(groups, Importance.ONE);
        return new LearnedTask(new LoraAdapter("task" + number, factors), Importance.ONE, alphas);
    }

    private static Matrix matrix(int rows, int columns, SplittableRandom random) {
        Matrix matrix = Matrix.zeros(rows, columns);
        for (int i = 0; i < matrix.data().length; i++) {
            matrix.data()[i] = (float) (0.02 * (random.nextDouble() - 0.5));
        }
        return matrix;
    }
}
