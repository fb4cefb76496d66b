package ham.train.head;

import ham.merge.head.DrawnProjection;
import ham.merge.head.Head;
import ham.merge.head.HeadKind;
import ham.merge.safetensors.SafetensorsFile;
import ham.merge.safetensors.SafetensorsWriter;
import ham.merge.tensor.Matrix;
import ham.train.engine.TorchEngine;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The two heads that are computed from features, prototype and analytic, over all classes met so far. */
public final class OnlineHeads implements AutoCloseable {
    private static final String PROJECTION = "projection";
    private static final String MAP = "map";
    private static final String GRAM = "gram";

    private final TorchEngine engine;
    private final PrototypeStatistics prototypes;
    private final AnalyticStatistics analytic;

    /**
     * Begins with no class.
     *
     * @param shelf of the sums of the analytic head
     */
    public OnlineHeads(TorchEngine engine, int features, HeadSettings settings, long seed, Shelf shelf) {
        this(
                engine,
                new PrototypeStatistics(features),
                new AnalyticStatistics(engine, features, settings.projectionWidth(), settings.ridge(), seed, shelf));
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
        analytic.follow(before, after);
    }

    /** Goes over to a model through which the statistics so far are known. */
    public void renew(RenewedStatistics renewed) {
        prototypes.renew(renewed);
        analytic.renew(renewed);
    }

    /** P [d, M] of the analytic head. */
    public Matrix projection() {
        return analytic.projection().matrix();
    }

    /** Features of the present model in the coordinates in which the analytic head counts all, which never change. */
    public Features asCounted(Features present) {
        return analytic.asCounted(present);
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
        analytic.add(training, heldOut, seen);
    }

    /**
     * Adds a task's images, and takes lambda from heads that have seen the same images through a model that is nearly this one.
     *
     * @param images all of them, kept back or not
     * @param seen number of classes with this task
     * @param chosen heads whose lambda is chosen
     */
    public void add(Features images, int seen, OnlineHeads chosen) {
        prototypes.add(images, seen);
        analytic.add(images, seen, chosen.ridge());
    }

    /** Both heads over all classes so far. */
    public Map<HeadKind, Head> heads() {
        Map<HeadKind, Head> heads = new EnumMap<>(HeadKind.class);
        heads.put(HeadKind.PROTOTYPE, prototypes.head());
        heads.put(HeadKind.ANALYTIC, analytic.head());
        return heads;
    }

    /** The analytic head of all images so far but some that were added, with what {@link #asCounted} made of their features then. */
    public Head analyticWithout(Features images) {
        return analytic.headWithout(images);
    }

    /** Lambda of the analytic head as a multiple of the mean of G's diagonal for one image. */
    public double ridge() {
        return analytic.gathered().ridge();
    }

    /** Adds what is gathered to a checkpoint, under names that begin with the prefix. */
    public void save(SafetensorsWriter writer, String prefix) {
        AnalyticSums gathered = analytic.gathered();
        long width = analytic.projection().width();
        writer.add(prefix + "prototypes", prototypes.head().weight());
        analytic.drawn()
                .ifPresentOrElse(
                        drawn -> drawn.write(writer, prefix),
                        () -> writer.add(
                                prefix + PROJECTION, analytic.projection().matrix()));
        analytic.map().ifPresent(map -> writer.add(prefix + MAP, map));
        analytic.gram().add(writer, prefix + GRAM);
        writer.add(prefix + "cross", List.of((long) gathered.classes(), width), gathered.cross());
        writer.add(prefix + "ridge", List.of(1L), new double[] {gathered.ridge()});
        writer.add(prefix + "losses", List.of((long) gathered.losses().length), gathered.losses());
        writer.add(prefix + "images", List.of(1L), new double[] {gathered.images()});
    }

    /** Restores what {@link #save} wrote; files of earlier releases hold the projection and the whole of G. */
    public static OnlineHeads restore(
            TorchEngine engine, RidgeRule rule, Shelf shelf, SafetensorsFile file, String prefix) {
        Matrix prototypes = file.matrix(prefix + "prototypes");
        AnalyticSums gathered = new AnalyticSums(
                prototypes.rows(),
                file.doubles(prefix + "cross"),
                (long) file.doubles(prefix + "images")[0],
                file.doubles(prefix + "ridge")[0],
                file.doubles(prefix + "losses"));
        Optional<DrawnProjection> drawn = DrawnProjection.read(file, prefix);
        Matrix projection = drawn.map(DrawnProjection::matrix).orElseGet(() -> file.matrix(prefix + PROJECTION));
        Optional<Matrix> map = file.has(prefix + MAP) ? Optional.of(file.matrix(prefix + MAP)) : Optional.empty();
        Gram gram = Gram.read(engine, projection.columns(), shelf, file, prefix + GRAM);
        return new OnlineHeads(
                engine,
                new PrototypeStatistics(prototypes),
                drawn.map(each -> new AnalyticStatistics(engine, each, rule, map, gram, gathered))
                        .orElseGet(() -> new AnalyticStatistics(engine, projection, rule, gram, gathered)));
    }

    @Override
    public void close() {
        analytic.close();
    }
}
