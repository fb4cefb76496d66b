package ham.train.run;

import ham.merge.head.Head;
import ham.merge.head.HeadKind;
import ham.train.backbone.Backbone;
import ham.train.data.Examples;
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
import java.util.stream.IntStream;

/** The test images of every task, and how often heads are right on them. */
final class TestImages {
    private final RunInputs inputs;
    private final TaskStream stream;
    private final Examples test;
    private final Backbone backbone;
    private final ModelPasses passes;
    /** All test images of each task through the frozen backbone, which never changes. */
    private final List<Features> frozen = new ArrayList<>();

    private final Map<HeadKind, short[]> answered = new EnumMap<>(HeadKind.class);

    TestImages(RunInputs inputs, Backbone backbone, ModelPasses passes) {
        this.inputs = inputs;
        this.stream = inputs.stream();
        this.test = inputs.data().test();
        this.backbone = backbone;
        this.passes = passes;
    }

    /** The rows of R after a task for a model that serves all tasks so far, one row a head. */
    Map<HeadKind, AccuracyRow> rows(int task, ModelPasses.Pass model, Map<HeadKind, Head> heads) {
        return rows(task, heads, tested -> features(model, rowSamples(task, tested)));
    }

    /** The rows of R after a task for the frozen backbone, one row a head. */
    Map<HeadKind, AccuracyRow> frozenRows(int task, Map<HeadKind, Head> heads) {
        return rows(task, heads, tested -> {
            int[] all = stream.samples(test, tested);
            int[] places = Arrays.stream(rowSamples(task, tested))
                    .map(sample -> Arrays.binarySearch(all, sample))
                    .toArray();
            return frozen(tested).only(places);
        });
    }

    /** How often heads over one task's own classes are right on its test images, all of them. */
    Map<HeadKind, AccuracyRow> ownRows(
            int task, ModelPasses.Pass model, Map<HeadKind, Head> heads, Map<HeadKind, AccuracyRow> before) {
        Features images = features(model, stream.samples(test, task)).from(stream.firstPosition(task));
        Map<HeadKind, AccuracyRow> rows = new EnumMap<>(HeadKind.class);
        heads.forEach((kind, head) -> rows.put(
                kind, before.get(kind).and(HeadLogits.accuracy(backbone.engine(), head, images), images.size())));
        return rows;
    }

    private Map<HeadKind, AccuracyRow> rows(int task, Map<HeadKind, Head> heads, IntFunction<Features> features) {
        Map<HeadKind, AccuracyRow> rows = new EnumMap<>(HeadKind.class);
        answered.clear();
        heads.keySet().forEach(kind -> rows.put(kind, new AccuracyRow()));
        for (int tested = 0; tested <= task; tested++) {
            Features images = features.apply(tested);
            int[] samples = rowSamples(task, tested);
            heads.forEach((kind, head) -> {
                int[] answers = HeadLogits.answers(backbone.engine(), head, images);
                rows.put(kind, rows.get(kind).and(accuracy(answers, images), images.size()));
                note(kind, samples, answers);
            });
        }
        if (fewerBefore(task)) {
            rows.replaceAll((kind, row) -> row.onEarlierImages(IntStream.rangeClosed(0, task)
                    .mapToDouble(tested -> accuracy(answered.get(kind), earlierSamples(tested)))
                    .toArray()));
        }
        return rows;
    }

    /** Whether the row after a task is the last one, and on more images than those before it. */
    private boolean fewerBefore(int task) {
        return task > 0
                && task == stream.tasks() - 1
                && inputs.config().measuring().anyTimeImages() > 0;
    }

    /** A task's images in the rows before the last. */
    private int[] earlierSamples(int tested) {
        return samples(tested, inputs.config().measuring().anyTimeImages());
    }

    private double accuracy(short[] labels, int... samples) {
        long correct = Arrays.stream(samples)
                .filter(sample -> labels[sample] == test.label(sample))
                .count();
        return (double) correct / samples.length;
    }

    private static double accuracy(int[] answers, Features images) {
        long correct = IntStream.range(0, answers.length)
                .filter(i -> answers[i] == images.positions()[i])
                .count();
        return (double) correct / answers.length;
    }

    private void note(HeadKind kind, int[] samples, int... answers) {
        short[] all = answered.computeIfAbsent(kind, key -> none());
        int[] order = stream.order();
        for (int i = 0; i < samples.length; i++) {
            all[samples[i]] = (short) order[answers[i]];
        }
    }

    private short[] none() {
        short[] none = new short[test.size()];
        Arrays.fill(none, (short) -1);
        return none;
    }

    /** What each head answered in the rows that were measured last, by test image; -1 for images that were not asked for. */
    Map<HeadKind, short[]> answered() {
        return new EnumMap<>(answered);
    }

    /** Labels of all test images, -1 for those of no task. */
    short[] labels() {
        short[] labels = none();
        for (int task = 0; task < stream.tasks(); task++) {
            for (int sample : stream.samples(test, task)) {
                labels[sample] = (short) test.label(sample);
            }
        }
        return labels;
    }

    /** A task's images in the row after another: all in the last row, so many of a class before. */
    private int[] rowSamples(int afterTask, int tested) {
        return samples(
                tested,
                afterTask == stream.tasks() - 1
                        ? 0
                        : inputs.config().measuring().anyTimeImages());
    }

    private int[] samples(int tested, int perClass) {
        return stream.samples(test, tested, perClass, inputs.config().seed(), "any-time images");
    }

    private Features features(ModelPasses.Pass model, int[] samples) {
        return model.features(test, samples);
    }

    private Features frozen(int task) {
        while (frozen.size() <= task) {
            try (ModelPasses.Pass network = passes.through(new TreeMap<>())) {
                frozen.add(features(network, stream.samples(test, frozen.size())));
            }
        }
        return frozen.get(task);
    }
}
