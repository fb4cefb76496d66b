package ham.train.run;

import ham.merge.checkpoint.Checkpoint;
import ham.merge.checkpoint.Target;
import ham.merge.encoder.EncoderInput;
import ham.train.backbone.Backbone;
import ham.train.config.RunConfig;
import ham.train.head.AnalyticStatistics;
import ham.train.head.Shelf;
import ham.train.input.PreparedImages;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.DoubleSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a run is going to need at its peak, in bytes, from the shapes of base, adapters and heads; a fifth too much rather than too little.
 *
 * @param heap of Java: images of a task and of the test, resized and at their own size, adapters, dense deltas of the groups and of the merge
 * @param engine beside it: libraries, base and model, statistics of the heads, a training step
 * @param step part of {@code engine}: what the step keeps for its gradients
 * @param statistics part of {@code engine}: G of the heads and its factor
 * @param disk of the run folder while it is at work
 */
record RunNeeds(long heap, long engine, long step, long statistics, long disk) {
    private static final Pattern AVAILABLE = Pattern.compile("(?m)^MemAvailable:\\s+(\\d+) kB$");
    private static final int MOST_GROUPS = 5;
    private static final double GIB = 1L << 30;
    private static final double MINUTE = 60;
    /** A process with Java, PyTorch and ONNX Runtime that has worked on next to nothing; measured. */
    private static final long LIBRARIES = 300L << 20;

    private static final long SMALL = LIBRARIES + (1L << 30);

    /** What is left on a machine. */
    record Room(long heap, long memory, long disk) {
        /** Now; what the system does not tell counts as unlimited. */
        static Room of(Path folder) {
            long memory = Long.MAX_VALUE;
            long disk = Long.MAX_VALUE;
            try {
                Matcher entry = AVAILABLE.matcher(Files.readString(Path.of("/proc/meminfo")));
                memory = entry.find() ? 1024 * Long.parseLong(entry.group(1)) : memory;
            } catch (IOException e) {
                // Not on Linux.
            }
            try {
                disk = Files.getFileStore(folder).getUsableSpace();
            } catch (IOException e) {
                // The first file that cannot be written says it.
            }
            return new Room(Runtime.getRuntime().maxMemory(), memory, disk);
        }
    }

    static RunNeeds of(RunInputs inputs, Backbone backbone, StepMemory memory) {
        RunConfig config = inputs.config();
        Checkpoint base = inputs.base();
        long d = base.encoder().width();
        long m = config.head().projectionWidth();
        long tasks = inputs.stream().tasks();
        long classes = inputs.stream().order().length;
        long dense = 0;
        long factors = 0;
        for (int block : config.lora().adaptedBlocks(backbone.blocks())) {
            for (Target target : config.lora().targets()) {
                String weight = backbone.weightName(block, target);
                long in = backbone.inputs(weight);
                long out = backbone.outputs(weight);
                dense += Float.BYTES * in * out;
                factors += (long) Float.BYTES * config.lora().rank() * (in + out);
            }
        }
        boolean guarded = GuardWork.isUsed(config);
        int heads = fullHeads(config) + (guarded ? GuardWork.parts(config).size() - 2 : 0);
        long weights = base.encoder().shapes().values().stream()
                .mapToLong(shape -> Float.BYTES * shape.stream().reduce(1L, (a, b) -> a * b))
                .sum();
        long image = base.encoder().input() instanceof EncoderInput.Images images
                ? (long) images.channels() * images.side() * images.side()
                : 0;
        long batch = Math.min(config.recipe().batch(), inputs.split(0).training().length);
        long step = memory.bytes(batch);
        long gram = gram(m);
        boolean shelved = Shelf.takes(gram);
        // One is worked on, with its factor; a guarded run takes held-out images out of a copy.
        long statistics = gram * (shelved ? 2 : heads + (guarded ? 2 : 1));
        long projections = Float.BYTES * d * m;
        long learned = inputs.learned() / tasks;
        long images = kept(image * learned) + kept(image * inputs.data().test().size()) + kept(own(inputs) * learned);
        long analytic = Float.BYTES * m;
        return new RunNeeds(
                images + 2 * tasks * factors + (MOST_GROUPS + 3) * dense + 3 * projections + 2 * analytic * classes,
                LIBRARIES
                        + weights
                        + (MOST_GROUPS + 3) * dense
                        + step
                        + statistics
                        + 2 * projections
                        + 12 * image * batch,
                step,
                statistics,
                tasks * factors
                        + analytic * classes * (tasks + 1) / 2
                        + gram / 2 * heads * (shelved ? 3 : 2)
                        + (groupFiles(config) * MOST_GROUPS + 2) * dense
                        + weights
                        + 3 * projections);
    }

    private static long kept(long images) {
        return Math.min(PreparedImages.room(), images);
    }

    /** Bytes of an image at its own size, as the first is; 0 where none is kept so. */
    private static long own(RunInputs inputs) {
        return inputs.config().recipe().augmentation().cutsBeforeResizing()
                        && !inputs.data().isText()
                ? inputs.data().trainImages().image(0).rgb().length
                : 0;
    }

    /**
     * One sentence for people; empty for a run that needs little.
     *
     * @param mostHeap how large Java's heap may grow, in bytes
     */
    String sentence(long mostHeap) {
        return heap + engine < SMALL
                ? ""
                : String.format(
                        Locale.ROOT,
                        "this run needs about %.1f GiB of Java's heap and %.1f GiB beside it (a training step %.1f, statistics of the"
                                + " heads %.1f), a process of %.1f GiB, and %.1f GiB on disk",
                        heap / GIB,
                        engine / GIB,
                        step / GIB,
                        statistics / GIB,
                        resident(mostHeap) / GIB,
                        disk / GIB);
    }

    /** What the process takes: Java keeps about as much garbage as it has use for, where it may. */
    private long resident(long mostHeap) {
        return engine + Math.max(heap, Math.min(mostHeap, 2 * heap));
    }

    /** Files of the deltas of all groups (of temporary files): the run's, and one for each merge that is compared and groups. */
    private static long groupFiles(RunConfig config) {
        return 1
                + config.searched().stream()
                        .filter(each -> each.learning().isHam())
                        .count();
    }

    /** Heads whose lambda is chosen: of the method, and of the frozen backbone where that is measured or compared. */
    private static int fullHeads(RunConfig config) {
        return config.measuring().frozen() || GuardWork.isUsed(config) ? 2 : 1;
    }

    /** Bytes of G [M, M]. */
    private static long gram(long m) {
        return Double.BYTES * m * m;
    }

    /**
     * How long the analytic heads take to solve whatever the images, from a measured solution; empty where that is less than a minute.
     *
     * @param solution measures the seconds of one; asked for where G is large
     */
    static String solving(RunConfig config, int tasks, DoubleSupplier solution) {
        if (!Shelf.takes(gram(config.head().projectionWidth()))) {
            return "";
        }
        int each =
                fullHeads(config) * (AnalyticStatistics.candidates(config.head().ridge()) + 1)
                        + (GuardWork.isUsed(config) ? GuardWork.parts(config).size() : 0);
        double one = solution.getAsDouble();
        double seconds = one * each * tasks;
        return seconds < MINUTE
                ? ""
                : String.format(
                        Locale.ROOT,
                        "solving for the analytic heads takes about %s in all tasks (projection %d, %d solutions of %.1f s a task)",
                        duration(seconds),
                        config.head().projectionWidth(),
                        each,
                        one);
    }

    /** What does not fit, and what to lower, a sentence each. */
    List<String> shortages(Room room) {
        List<String> shortages = new ArrayList<>();
        if (heap > room.heap()) {
            shortages.add(String.format(
                    Locale.ROOT,
                    "Java's heap may be too small: about %.1f GiB are needed, -Xmx allows %.1f; give more (HAM_OPTS=-Xmx%dg),"
                            + " or choose a smaller projection or fewer targets",
                    heap / GIB,
                    room.heap() / GIB,
                    (long) Math.ceil(heap / GIB) + 1));
        }
        long resident = resident(room.heap());
        if (resident > room.memory()) {
            shortages.add(String.format(
                    Locale.ROOT,
                    "memory may be too small: about %.1f GiB are needed, %.1f are free; lower %s",
                    resident / GIB,
                    room.memory() / GIB,
                    step >= statistics
                            ? "batch, then projection"
                            : "projection (or leave the frozen backbone out), then batch"));
        }
        if (disk > room.disk()) {
            shortages.add(String.format(
                    Locale.ROOT,
                    "the disk may be too small: about %.1f GiB are needed, %.1f are free; lower projection, or write elsewhere",
                    disk / GIB,
                    room.disk() / GIB));
        }
        return shortages;
    }

    /**
     * How long a run is going to take, from a measured rate; empty where that is less than a minute.
     *
     * @param imagesPerSecond of training, measured
     */
    static String time(RunInputs inputs, double imagesPerSecond) {
        long train = inputs.learned();
        long test = inputs.data().test().size();
        int tasks = inputs.stream().tasks();
        int perClass = inputs.config().measuring().anyTimeImages();
        long each = perClass == 0
                ? test
                : Math.min(test, (long) perClass * inputs.stream().order().length);
        boolean once = ModelPasses.share(inputs.config(), inputs.base());
        double evaluated = once ? test : each * (tasks - 1) / 2.0 + test;
        double seen = once ? train : train + (inputs.config().measuring().frozen() ? train + test : 0);
        double training = train * (double) inputs.config().recipe().epochs() / imagesPerSecond;
        // A pass without gradients takes about as long in float32 as one with them in bf16.
        double passes = (seen + evaluated) / imagesPerSecond;
        return training + passes < MINUTE
                ? ""
                : String.format(
                        Locale.ROOT,
                        "at %.1f %s a second all tasks take about %s of training, and as a rough bound %s of passes for heads and"
                                + " accuracies",
                        imagesPerSecond,
                        inputs.kind(),
                        duration(training),
                        duration(passes));
    }

    private static String duration(double seconds) {
        return seconds < 5400
                ? Math.round(seconds / 60) + " min"
                : String.format(Locale.ROOT, "%.1f h", seconds / 3600);
    }
}
