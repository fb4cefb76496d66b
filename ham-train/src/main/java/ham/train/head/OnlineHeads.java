package ham.train.head;

import ham.merge.head.Head;
import ham.merge.head.HeadKind;
import ham.merge.safetensors.SafetensorsFile;
import ham.merge.safetensors.SafetensorsWriter;
import ham.merge.tensor.Matrix;
import ham.train.engine.TorchEngine;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** The two heads that are computed from features, prototype and analytic, over all classes met so far. */
public final class OnlineHeads {
    private final TorchEngine engine;
    private final PrototypeStatistics prototypes;
    private final AnalyticStatistics analytic;

    /** Begins with no class. */
    public OnlineHeads(TorchEngine engine, int features, HeadSettings settings, long seed) {
        this(
                engine,
                new PrototypeStatistics(features),
                new AnalyticStatistics(features, settings.projectionWidth(), settings.ridge(), seed));
    }

    private OnlineHeads(TorchEngine engine, PrototypeStatistics prototypes, AnalyticStatistics analytic) {
        this.engine = engine;
        this.prototypes = prototypes;
        this.analytic = analytic;
    }

    /**
     * Goes over to a model whose features moved.
     *
     * @param before features of the present task's images by the model before
     * @param after features of the same images by the model so far
     */
    public void follow(Features before, Features after) {
        prototypes.follow(engine, before, after);
        analytic.follow(engine, before, after);
    }

    /** Goes over to a model through which the statistics so far are known. */
    public void renew(RenewedStatistics renewed) {
        prototypes.renew(renewed);
        analytic.renew(renewed);
    }

    /** P [d, M] of the analytic head. */
    public Matrix projection() {
        return analytic.projection();
    }

    /**
     * Adds a task's images.
     *
     * @param training those that the adapter was trained on
     * @param heldOut those that were kept back
     * @param seen number of classes with this task
     */
    public void add(Features training, Features heldOut, int seen) {
        prototypes.add(training.and(heldOut), seen);
        analytic.add(engine, training, heldOut, seen);
    }

    /** Both heads over all classes so far. */
    public Map<HeadKind, Head> heads() {
        Map<HeadKind, Head> heads = new EnumMap<>(HeadKind.class);
        heads.put(HeadKind.PROTOTYPE, prototypes.head());
        heads.put(HeadKind.ANALYTIC, analytic.head(engine));
        return heads;
    }

    /** The analytic head of all images so far but some that were added, with their features of that time. */
    public Head analyticWithout(Features images) {
        return analytic.headWithout(engine, images);
    }

    /** Lambda of the analytic head as a multiple of the mean of G's diagonal for one image. */
    public double ridge() {
        return analytic.gathered().ridge();
    }

    /** Adds what is gathered to a checkpoint, under names that begin with the prefix. */
    public void save(SafetensorsWriter writer, String prefix) {
        AnalyticSums gathered = analytic.gathered();
        long width = analytic.projection().columns();
        writer.add(prefix + "prototypes", prototypes.head().weight());
        writer.add(prefix + "projection", analytic.projection());
        writer.add(prefix + "gram", List.of(width, width), gathered.gram());
        writer.add(prefix + "cross", List.of((long) gathered.classes(), width), gathered.cross());
        writer.add(prefix + "ridge", List.of(1L), new double[] {gathered.ridge()});
        writer.add(prefix + "losses", List.of((long) gathered.losses().length), gathered.losses());
        writer.add(prefix + "images", List.of(1L), new double[] {gathered.images()});
    }

    /** Restores what {@link #save} wrote. */
    public static OnlineHeads restore(TorchEngine engine, RidgeRule rule, SafetensorsFile file, String prefix) {
        Matrix prototypes = file.matrix(prefix + "prototypes");
        AnalyticSums gathered = new AnalyticSums(
                prototypes.rows(),
                file.doubles(prefix + "gram"),
                file.doubles(prefix + "cross"),
                (long) file.doubles(prefix + "images")[0],
                file.doubles(prefix + "ridge")[0],
                file.doubles(prefix + "losses"));
        return new OnlineHeads(
                engine,
                new PrototypeStatistics(prototypes),
                new AnalyticStatistics(file.matrix(prefix + "projection"), rule, gathered));
    }
}
