package ham.train.run;

import ham.merge.head.Head;
import ham.merge.head.HeadKind;
import ham.train.data.ImageSet;
import ham.train.feature.FeatureExtractor;
import ham.train.head.HeadLogits;
import ham.train.metrics.Top1;
import ham.train.stream.TaskStream;
import ham.train.vit.VitForward;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/** The test images of every task, and how often heads are right on them. */
final class TestImages {
    private final RunInputs inputs;
    private final TaskStream stream;
    private final ImageSet test;
    private final VitForward vit;
    /** Features of the frozen backbone, which never change: task to [n, d]. */
    private final List<float[]> frozenFeatures = new ArrayList<>();

    TestImages(RunInputs inputs, VitForward vit) {
        this.inputs = inputs;
        this.stream = inputs.stream();
        this.test = inputs.data().test();
        this.vit = vit;
    }

    /** Adds the rows of R after a task for the merged model, one row a head. */
    void evaluate(int task, FeatureExtractor merged, Map<HeadKind, Head> heads, Variants variants) {
        double[][] rows = rows(task, heads, tested -> features(merged, tested));
        int row = 0;
        for (HeadKind kind : heads.keySet()) {
            variants.addRow(Variants.ham(kind), rows[row++]);
        }
    }

    /** Adds the rows of R after a task for the frozen backbone, one row a head. */
    void evaluateFrozen(int task, Map<HeadKind, Head> heads, Variants variants) {
        double[][] rows = rows(task, heads, this::frozen);
        int row = 0;
        for (HeadKind kind : heads.keySet()) {
            variants.addRow(Variants.frozen(kind), rows[row++]);
        }
    }

    private double[][] rows(int task, Map<HeadKind, Head> heads, IntFunction<float[]> features) {
        double[][] rows = new double[heads.size()][task + 1];
        for (int tested = 0; tested <= task; tested++) {
            float[] values = features.apply(tested);
            int[] positions = inputs.positions(test, stream.samples(test, tested));
            int row = 0;
            for (Head head : heads.values()) {
                rows[row++][tested] = accuracy(head, values, positions);
            }
        }
        return rows;
    }

    private float[] features(FeatureExtractor extractor, int task) {
        return extractor.features(test, stream.samples(test, task), inputs.preprocessing());
    }

    private float[] frozen(int task) {
        while (frozenFeatures.size() <= task) {
            try (FeatureExtractor backbone = new FeatureExtractor(vit, new TreeMap<>())) {
                frozenFeatures.add(features(backbone, frozenFeatures.size()));
            }
        }
        return frozenFeatures.get(task);
    }

    /** Fraction of images whose largest logit is that of their class. */
    private double accuracy(Head head, float[] features, int[] positions) {
        float[] logits = HeadLogits.of(vit.engine(), head, features);
        long correct = IntStream.range(0, positions.length)
                .filter(i -> Top1.of(logits, i * head.classes(), head.classes()) == positions[i])
                .count();
        return (double) correct / positions.length;
    }
}
