package ham.train.run;

import ham.merge.safetensors.SafetensorsFile;
import ham.merge.safetensors.SafetensorsWriter;
import ham.merge.tensor.Matrix;
import ham.train.feature.TailExtractor;
import ham.train.head.DriftRule;
import ham.train.head.Features;
import ham.train.head.RenewedStatistics;
import ham.train.head.StateStatistics;
import ham.train.head.StateSums;
import ham.train.state.ClassStates;
import ham.train.state.StateReplay;
import ham.train.vit.VitForward;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** What a run remembers of the states of all classes so far: their distribution, and statistics where heads follow by states. */
final class StateMemory implements AutoCloseable {
    private static final String PREFIX = "states.";

    private final RunConfig config;
    private final VitForward vit;
    private final int width;
    private final TailExtractor frozen;
    private final ClassStates classes;
    private final Optional<StateStatistics> statistics;

    private StateMemory(
            RunConfig config,
            VitForward vit,
            TailExtractor frozen,
            ClassStates classes,
            Optional<StateStatistics> statistics) {
        this.config = config;
        this.vit = vit;
        this.width = 2 * vit.config().hidden();
        this.frozen = frozen;
        this.classes = classes;
        this.statistics = statistics;
    }

    /** Whether a run remembers states. */
    static boolean isUsed(RunConfig config) {
        return config.recipe().replay() > 0 || followsByStates(config);
    }

    /** Whether statistics of heads follow by states. */
    static boolean followsByStates(RunConfig config) {
        return config.head().drift() == DriftRule.STATES
                && config.learning().method().movesFeatures();
    }

    /** @param projection P [d, M] of the analytic head */
    static StateMemory begin(RunConfig config, VitForward vit, Matrix projection) {
        TailExtractor frozen = new TailExtractor(vit, new TreeMap<>());
        return new StateMemory(
                config,
                vit,
                frozen,
                new ClassStates(2 * vit.config().hidden(), config.seed()),
                followsByStates(config)
                        ? Optional.of(new StateStatistics(
                                vit.engine(), frozen, projection, vit.config().mlp(), config.seed()))
                        : Optional.empty());
    }

    /** What {@link #save} wrote. */
    static StateMemory restore(RunConfig config, VitForward vit, Matrix projection, SafetensorsFile file) {
        int width = 2 * vit.config().hidden();
        float[] means = file.floats(PREFIX + "means");
        float[] counts = file.floats(PREFIX + "counts");
        float[] perClass = file.floats(PREFIX + "per-class");
        List<float[]> classMeans = new ArrayList<>();
        List<int[]> classCounts = new ArrayList<>();
        int first = 0;
        for (float found : perClass) {
            int count = (int) found;
            float[] part = new float[count * width];
            System.arraycopy(means, first * width, part, 0, part.length);
            int[] sizes = new int[count];
            for (int i = 0; i < count; i++) {
                sizes[i] = (int) counts[first + i];
            }
            classMeans.add(part);
            classCounts.add(sizes);
            first += count;
        }
        ClassStates classes = new ClassStates(
                width, config.seed(), classMeans, classCounts, OnlineHeads.doubles(file, PREFIX + "scatter"));
        TailExtractor frozen = new TailExtractor(vit, new TreeMap<>());
        if (!followsByStates(config)) {
            return new StateMemory(config, vit, frozen, classes, Optional.empty());
        }
        StateSums sums = new StateSums(
                classes.classes(),
                OnlineHeads.doubles(file, PREFIX + "gram"),
                OnlineHeads.doubles(file, PREFIX + "cross"),
                (long) OnlineHeads.doubles(file, PREFIX + "images")[0],
                file.floats(PREFIX + "drawn"));
        return new StateMemory(
                config,
                vit,
                frozen,
                classes,
                Optional.of(new StateStatistics(vit.engine(), frozen, projection, config.seed(), sums)));
    }

    /**
     * States of earlier classes for the steps of a task.
     *
     * @param before the model before the task
     */
    StateReplay replay(TailExtractor before, int task) {
        return new StateReplay(classes, width, before::features, config.recipe().replay(), config.seed(), task);
    }

    /** What the heads' statistics would be through a model with these deltas, where heads follow by states. */
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
     * @param training states [n, 2 d] of those that the adapter was trained on
     * @param heldOut states of those that were kept back, which the heads' statistics hold too
     * @param seen how many classes there are with this task
     */
    void add(Features training, Features heldOut, int seen) {
        classes.add(training.values(), training.positions(), seen);
        Features all = training.and(heldOut);
        statistics.ifPresent(sums -> sums.add(all.values(), all.positions(), classes));
    }

    /** Adds the memory to a checkpoint. */
    void save(SafetensorsWriter writer) {
        List<float[]> means = classes.means();
        List<int[]> counts = classes.counts();
        int all = counts.stream().mapToInt(each -> each.length).sum();
        float[] allMeans = new float[all * width];
        float[] allCounts = new float[all];
        float[] perClass = new float[counts.size()];
        int first = 0;
        for (int position = 0; position < counts.size(); position++) {
            float[] part = means.get(position);
            System.arraycopy(part, 0, allMeans, first * width, part.length);
            for (int count : counts.get(position)) {
                allCounts[first++] = count;
            }
            perClass[position] = counts.get(position).length;
        }
        writer.add(PREFIX + "means", List.of((long) all, (long) width), allMeans);
        writer.add(PREFIX + "counts", List.of((long) all), allCounts);
        writer.add(PREFIX + "per-class", List.of((long) perClass.length), perClass);
        writer.add(PREFIX + "scatter", List.of((long) width, (long) width), classes.scatter());
        statistics.map(StateStatistics::sums).ifPresent(sums -> {
            long functions = sums.cross().length / sums.classes();
            writer.add(PREFIX + "gram", List.of(functions, functions), sums.gram());
            writer.add(PREFIX + "cross", List.of((long) sums.classes(), functions), sums.cross());
            writer.add(PREFIX + "images", List.of(1L), new double[] {sums.images()});
            writer.add(PREFIX + "drawn", List.of((long) sums.drawn().length), sums.drawn());
        });
    }

    @Override
    public void close() {
        statistics.ifPresent(StateStatistics::close);
        frozen.close();
    }
}
