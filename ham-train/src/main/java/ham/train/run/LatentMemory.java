package ham.train.run;

import ham.merge.safetensors.SafetensorsFile;
import ham.merge.safetensors.SafetensorsWriter;
import ham.merge.tensor.Matrix;
import ham.train.config.RunConfig;
import ham.train.feature.TailExtractor;
import ham.train.head.DriftRule;
import ham.train.head.Features;
import ham.train.head.LatentStatistics;
import ham.train.head.LatentSums;
import ham.train.head.RenewedStatistics;
import ham.train.replay.ClassLatents;
import ham.train.replay.LatentReplay;
import ham.train.vit.VitForward;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** What a run remembers of the latents of all classes so far: their distribution, and statistics where heads follow by latents. */
final class LatentMemory implements AutoCloseable {
    private static final String PREFIX = "states.";

    private final RunConfig config;
    private final VitForward vit;
    private final TailExtractor frozen;
    private final ClassLatents classes;
    private final Optional<LatentStatistics> statistics;

    private LatentMemory(
            RunConfig config,
            VitForward vit,
            TailExtractor frozen,
            ClassLatents classes,
            Optional<LatentStatistics> statistics) {
        this.config = config;
        this.vit = vit;
        this.frozen = frozen;
        this.classes = classes;
        this.statistics = statistics;
    }

    /** Whether a run remembers latents. */
    static boolean isUsed(RunConfig config) {
        return config.recipe().replay() > 0 || followsByStates(config);
    }

    /** Whether statistics of heads follow by latents. */
    static boolean followsByStates(RunConfig config) {
        return config.head().drift() == DriftRule.STATES
                && config.learning().method().movesFeatures();
    }

    /** @param projection P [d, M] of the analytic head */
    static LatentMemory begin(RunConfig config, VitForward vit, Matrix projection) {
        TailExtractor frozen = new TailExtractor(vit, new TreeMap<>());
        return new LatentMemory(
                config,
                vit,
                frozen,
                new ClassLatents(2 * vit.config().hidden(), config.seed()),
                followsByStates(config)
                        ? Optional.of(new LatentStatistics(
                                vit.engine(), frozen, projection, vit.config().mlp(), config.seed()))
                        : Optional.empty());
    }

    /** What {@link #save} wrote. */
    static LatentMemory restore(RunConfig config, VitForward vit, Matrix projection, SafetensorsFile file) {
        int width = 2 * vit.config().hidden();
        List<float[]> means = new ArrayList<>();
        List<int[]> counts = new ArrayList<>();
        while (file.has(means(means.size()))) {
            counts.add(integers(file.floats(counts(counts.size()))));
            means.add(file.floats(means(means.size())));
        }
        ClassLatents classes = new ClassLatents(width, config.seed(), means, counts, file.doubles(PREFIX + "scatter"));
        TailExtractor frozen = new TailExtractor(vit, new TreeMap<>());
        if (!followsByStates(config)) {
            return new LatentMemory(config, vit, frozen, classes, Optional.empty());
        }
        LatentSums sums = new LatentSums(
                integers(file.floats(PREFIX + "seen")),
                file.doubles(PREFIX + "gram"),
                file.doubles(PREFIX + "cross"),
                file.floats(PREFIX + "drawn"));
        return new LatentMemory(
                config,
                vit,
                frozen,
                classes,
                Optional.of(new LatentStatistics(vit.engine(), frozen, projection, config.seed(), sums)));
    }

    /**
     * Latents of earlier classes for the steps of a task.
     *
     * @param before the model before the task
     */
    LatentReplay replay(TailExtractor before, int task) {
        return new LatentReplay(classes, before::features, config.recipe().replay(), config.seed(), task);
    }

    /** What the heads' statistics would be through a model with these deltas, where heads follow by latents. */
    Optional<RenewedStatistics> renew(SortedMap<String, Matrix> deltas) {
        return statistics.map(all -> {
            try (TailExtractor present = new TailExtractor(vit, deltas)) {
                return all.renew(present);
            }
        });
    }

    /**
     * Adds a task's images.
     *
     * @param training latents [n, 2 d] of those that the adapter was trained on
     * @param heldOut latents of those that were kept back, which the heads' statistics hold too
     * @param seen how many classes there are with this task
     */
    void add(Features training, Features heldOut, int seen) {
        classes.add(training.values(), training.positions(), seen);
        Features all = training.and(heldOut);
        statistics.ifPresent(sums -> sums.add(all.values(), all.positions(), classes));
    }

    /** Adds the memory to a checkpoint. */
    void save(SafetensorsWriter writer) {
        long width = classes.width();
        for (int position = 0; position < classes.classes(); position++) {
            float[] counts = floats(classes.counts().get(position));
            writer.add(
                    means(position),
                    List.of((long) counts.length, width),
                    classes.means().get(position));
            writer.add(counts(position), List.of((long) counts.length), counts);
        }
        writer.add(PREFIX + "scatter", List.of(width, width), classes.scatter());
        statistics.map(LatentStatistics::sums).ifPresent(sums -> {
            long functions = sums.cross().length / sums.classes();
            writer.add(PREFIX + "seen", List.of((long) sums.seen().length), floats(sums.seen()));
            writer.add(PREFIX + "gram", List.of(functions, functions), sums.gram());
            writer.add(PREFIX + "cross", List.of((long) sums.classes(), functions), sums.cross());
            writer.add(PREFIX + "drawn", List.of((long) sums.drawn().length), sums.drawn());
        });
    }

    private static String means(int position) {
        return PREFIX + "means." + position;
    }

    private static String counts(int position) {
        return PREFIX + "counts." + position;
    }

    private static float[] floats(int... values) {
        float[] floats = new float[values.length];
        for (int i = 0; i < values.length; i++) {
            floats[i] = values[i];
        }
        return floats;
    }

    private static int[] integers(float... values) {
        int[] integers = new int[values.length];
        Arrays.setAll(integers, i -> (int) values[i]);
        return integers;
    }

    @Override
    public void close() {
        statistics.ifPresent(LatentStatistics::close);
        frozen.close();
    }
}
