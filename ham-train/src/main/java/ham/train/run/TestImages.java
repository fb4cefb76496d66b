package ham.train.run;

import ham.merge.head.Head;
import ham.merge.head.HeadKind;
import ham.train.backbone.Backbone;
import ham.train.data.Examples;
import ham.train.feature.FeatureExtractor;
import ham.train.head.Features;
import ham.train.head.HeadLogits;
import ham.train.metrics.AccuracyRow;
import ham.train.stream.TaskStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.IntFunction;

/** The test images of every task, and how often heads are right on them. */
final class TestImages {
    private final RunInputs inputs;
    private final TaskStream stream;
    private final Examples test;
    private final Backbone backbone;
    /** All test images of each task through the frozen backbone, which never changes. */
    private final List<Features> frozen = new ArrayList<>();

    TestImages(RunInputs inputs, Backbone backbone) {
        this.inputs = inputs;
        this.stream = inputs.stream();
        this.test = inputs.data().test();
        this.backbone = backbone;
    }

    /** The rows of R after a task for a model that serves all tasks so far, one row a head. */
    Map<HeadKind, AccuracyRow> rows(int task, FeatureExtractor model, Map<HeadKind, Head> heads) {
        return rows(task, heads, tested -> features(model, samples(task, tested)));
    }

    /** The rows of R after a task for the frozen backbone, one row a head. */
    Map<HeadKind, AccuracyRow> frozenRows(int task, Map<HeadKind, Head> heads) {
        return rows(task, heads, tested -> {
            int[] all = stream.samples(test, tested);
            int[] places = Arrays.stream(samples(task, tested))
                    .map(sample -> Arrays.binarySearch(all, sample))
                    .toArray();
            return frozen(tested).only(places);
        });
    }

    /** How often heads over one task's own classes are right on its test images, all of them. */
    Map<HeadKind, AccuracyRow> ownRows(
            int task, FeatureExtractor model, Map<HeadKind, Head> heads, Map<HeadKind, AccuracyRow> before) {
        Features images = features(model, stream.samples(test, task)).from(stream.firstPosition(task));
        Map<HeadKind, AccuracyRow> rows = new EnumMap<>(HeadKind.class);
        heads.forEach((kind, head) -> rows.put(
                kind, before.get(kind).and(HeadLogits.accuracy(backbone.engine(), head, images), images.size())));
        return rows;
    }

    private Map<HeadKind, AccuracyRow> rows(int task, Map<HeadKind, Head> heads, IntFunction<Features> features) {
        Map<HeadKind, AccuracyRow> rows = new EnumMap<>(HeadKind.class);
        heads.keySet().forEach(kind -> rows.put(kind, new AccuracyRow()));
        for (int tested = 0; tested <= task; tested++) {
            Features images = features.apply(tested);
            heads.forEach((kind, head) -> rows.put(
                    kind, rows.get(kind).and(HeadLogits.accuracy(backbone.engine(), head, images), images.size())));
        }
        return rows;
    }

    /** A task's images in the row after another: all in the last row, so many of a class before. */
    private int[] samples(int afterTask, int tested) {
        int perClass = afterTask == stream.tasks() - 1
                ? 0
                : inputs.config().measuring().anyTimeImages();
        return stream.samples(test, tested, perClass, inputs.config().seed(), "any-time images");
    }

    private Features features(FeatureExtractor extractor, int[] samples) {
        return inputs.features(extractor, test, samples);
    }

    private Features frozen(int task) {
        while (frozen.size() <= task) {
            try (FeatureExtractor extractor = new FeatureExtractor(backbone, new TreeMap<>())) {
                frozen.add(features(extractor, stream.samples(test, frozen.size())));
            }
        }
        return frozen.get(task);
    }
}
