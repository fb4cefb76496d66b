package ham.bench.program;

import ham.merge.checkpoint.Checkpoint;
import ham.merge.checkpoint.Target;
import ham.merge.tensor.Matrix;
import ham.runtime.image.RgbImage;
import ham.runtime.preprocess.Preprocessing;
import ham.train.data.ImageSet;
import ham.train.engine.TorchEngine;
import ham.train.feature.FeatureExtractor;
import ham.train.input.Augmentation;
import ham.train.input.ImageReader;
import ham.train.input.TaskExamples;
import ham.train.lora.FrozenGroup;
import ham.train.lora.LoraSettings;
import ham.train.lora.Recipe;
import ham.train.lora.TaskStart;
import ham.train.lora.TaskTrainer;
import ham.train.vit.VitForward;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * Training and evaluation speed on a checkpoint, interleaved in one run: the plain NDArray step and the TorchScript step in fp32 and in bf16, beside no
 * group (the first task) and beside five (any later task); features; resident memory while a task trains.
 *
 * <pre>java -Xms2g -Xmx2g -XX:+AlwaysPreTouch -cp "ham-cli/target/lib/*" ham.bench.program.TrainBench CHECKPOINT</pre>
 *
 * <p>A turn trains a few steps of random images and counts from the second step on, preparation of batches included; medians over the rounds, each round
 * in another order. System properties: {@code batch} (64), {@code steps} (5 a turn), {@code rounds} (9), {@code threads} (2), {@code rank} (16),
 * {@code soak} (1000 steps; 0 for none), {@code micro} (the batch; most images of it at once in scripts), {@code formats} (fp32,bf16). With {@code rounds} 0 only the soak runs. With {@code -Dcpu} the process's CPU time is compared, which is steadier than the clock on a machine that others use.
 * The heap has a fixed size, so that what memory grows by is native.
 */
public final class TrainBench {
    private static final int GROUPS = 5;
    private static final int CLASSES = 10;

    private static final int BATCH = Integer.getInteger("batch", 64);
    private static final int STEPS = Integer.getInteger("steps", 5);
    private static final int MICRO = Integer.getInteger("micro", BATCH);
    private static final boolean CPU = System.getProperty("cpu") != null;
    private static final List<String> FORMATS =
            List.of(System.getProperty("formats", "fp32,bf16").split(","));

    /** Seconds that a turn took for a number of images. */
    private interface Turn {
        double secondsPerImage();
    }

    private record Way(String name, Turn turn) {}

    private TrainBench() {}

    /** Measures a checkpoint. */
    public static void main(String[] arguments) {
        Checkpoint checkpoint = Checkpoint.open(Path.of(arguments[0]));
        int threads = Integer.getInteger("threads", 2);
        List<TorchEngine> engines = new ArrayList<>();
        SortedMap<String, VitForward> forms = new TreeMap<>(Comparator.reverseOrder());
        try {
            for (String format : FORMATS) {
                engines.add(TorchEngine.open("cpu", threads, format));
                forms.put(format, new VitForward(engines.get(engines.size() - 1), checkpoint));
            }
            int rounds = Integer.getInteger("rounds", 9);
            if (rounds > 0) {
                compare(checkpoint, forms, rounds);
            }
            int soak = Integer.getInteger("soak", 1000);
            if (soak > 0) {
                soak(forms.get(forms.lastKey()), soak);
            }
        } finally {
            forms.values().forEach(VitForward::close);
            engines.forEach(TorchEngine::close);
        }
    }

    private static void compare(Checkpoint checkpoint, SortedMap<String, VitForward> forms, int rounds) {
        VitForward first = forms.get(forms.firstKey());
        try (FeatureExtractor extractor = new FeatureExtractor(first, new TreeMap<>())) {
            List<Way> ways = new ArrayList<>();
            for (int groups : new int[] {0, GROUPS}) {
                ways.add(training("plain " + forms.firstKey(), first, true, groups));
                forms.forEach((format, form) -> ways.add(training("script " + format, form, false, groups)));
            }
            ways.add(new Way("features", () -> features(first, extractor)));
            double[] medians = interleaved(ways, rounds);

            System.out.printf(
                    "%s, %s, batch %d, %s%n",
                    first.engine().description(),
                    checkpoint.directory().getFileName(),
                    BATCH,
                    CPU ? "CPU time" : "clock");
            for (int i = 0; i < medians.length; i++) {
                System.out.printf("%-26s %8.1f images/s%n", ways.get(i).name(), 1 / medians[i]);
            }
            int beside = 1 + forms.size();
            ratio("script to plain, " + forms.firstKey(), medians[0], medians[1]);
            if (forms.size() > 1) {
                ratio("script bf16 to script fp32", medians[1], medians[2]);
                ratio("the same beside 5 groups", medians[beside + 1], medians[beside + 2]);
            }
            int form = 1;
            for (String format : forms.keySet()) {
                ratio(
                        "time of a step beside 5 groups to one beside none, " + format,
                        medians[beside + form],
                        medians[form]);
                form++;
            }
        }
    }

    private static void ratio(String what, double above, double below) {
        System.out.printf("%s: %.2f%n", what, above / below);
    }

    private static double[] interleaved(List<Way> ways, int rounds) {
        double[][] seconds = new double[ways.size()][rounds];
        for (int round = -1; round < rounds; round++) { // the first warms up
            for (int turn = 0; turn < ways.size(); turn++) {
                int index = Math.floorMod(round + turn, ways.size());
                double measured = ways.get(index).turn().secondsPerImage();
                if (round >= 0) {
                    seconds[index][round] = measured;
                }
            }
        }
        return Arrays.stream(seconds)
                .mapToDouble(each -> Arrays.stream(each).sorted().toArray()[rounds / 2])
                .toArray();
    }

    private static Way training(String name, VitForward vit, boolean control, int groups) {
        LoraSettings lora = lora();
        Recipe recipe = new Recipe(1, BATCH, 3e-4, 5e-3, 1e-3, new Augmentation(4, true));
        TaskTrainer trainer =
                control ? TaskTrainer.control(vit, lora, recipe, 1) : new TaskTrainer(vit, lora, recipe, 1, MICRO);
        TaskStart start = TaskStart.beside(groups, CLASSES, groups(vit, lora, groups));
        TaskExamples images = images(vit, BATCH * STEPS);
        return new Way(name + ", " + groups + " groups", () -> {
            double[] began = new double[1];
            double[] ended = new double[1];
            trainer.train(images, start, step -> {
                if (step.step() == 1) {
                    began[0] = seconds();
                }
                ended[0] = seconds();
            });
            return (ended[0] - began[0]) / (BATCH * (STEPS - 1));
        });
    }

    private static double features(VitForward vit, FeatureExtractor extractor) {
        int count = BATCH * STEPS;
        double began = seconds();
        extractor.features(
                new Noise(count, vit.config().imageSize()),
                IntStream.range(0, count).toArray(),
                reader(vit));
        return (seconds() - began) / count;
    }

    private static double seconds() {
        var system = (com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        return (CPU ? system.getProcessCpuTime() : System.nanoTime()) / 1e9;
    }

    /** Resident memory after a tenth of the steps and after all, which is the same if nothing is left behind. */
    private static void soak(VitForward vit, int steps) {
        LoraSettings lora = lora();
        TaskExamples images = images(vit, BATCH);
        Recipe recipe = new Recipe(steps, BATCH, 3e-4, 5e-3, 1e-3, new Augmentation(4, true));
        double began = seconds();
        new TaskTrainer(vit, lora, recipe, 1, MICRO)
                .train(images, TaskStart.beside(GROUPS, CLASSES, groups(vit, lora, GROUPS)), step -> {
                    if (step.step() == steps / 10 || step.step() == steps) {
                        System.out.printf(
                                "resident after %d steps: %.0f MB, at most %.0f MB%n",
                                step.step(), megabytes("VmRSS"), megabytes("VmHWM"));
                    }
                });
        System.out.printf(
                "%.1f images/s over all of them, %d of a batch of %d at once%n",
                (double) BATCH * steps / (seconds() - began), MICRO, BATCH);
    }

    private static double megabytes(String entry) {
        try {
            return Files.readAllLines(Path.of("/proc/self/status")).stream()
                            .filter(line -> line.startsWith(entry))
                            .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                            .sum()
                    * 1024
                    / 1e6;
        } catch (IOException e) {
            return Double.NaN;
        }
    }

    private static LoraSettings lora() {
        return LoraSettings.of(EnumSet.of(Target.QUERY, Target.VALUE), Integer.getInteger("rank", 16));
    }

    private static List<FrozenGroup> groups(VitForward vit, LoraSettings lora, int count) {
        Random random = new Random(3);
        List<FrozenGroup> groups = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            TreeMap<String, Matrix> deltas = new TreeMap<>();
            for (int block = 0; block < vit.config().layers(); block++) {
                for (Target target : lora.targets()) {
                    float[] values = new float[target.outputs(vit.config()) * target.inputs(vit.config())];
                    for (int k = 0; k < values.length; k++) {
                        values[k] = (float) (1e-3 * random.nextGaussian());
                    }
                    deltas.put(
                            vit.names().weight(block, target),
                            new Matrix(target.outputs(vit.config()), target.inputs(vit.config()), values));
                }
            }
            groups.add(new FrozenGroup(1, deltas));
        }
        return groups;
    }

    private static TaskExamples images(VitForward vit, int count) {
        Noise noise = new Noise(count, vit.config().imageSize());
        return new TaskExamples(noise, IntStream.range(0, count).toArray(), label -> label, reader(vit));
    }

    private static ImageReader reader(VitForward vit) {
        return new ImageReader(Preprocessing.vitDefault(vit.config().imageSize()));
    }

    /** Images of random bytes. */
    private record Noise(int size, int side) implements ImageSet {
        @Override
        public int label(int index) {
            return index % CLASSES;
        }

        @Override
        public RgbImage image(int index) {
            byte[] rgb = new byte[3 * side * side];
            new Random(index).nextBytes(rgb);
            return new RgbImage(side, side, rgb);
        }
    }
}
