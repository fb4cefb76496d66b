package ham.train.experiment;

import ham.train.backbone.Backbone;
import ham.train.config.RunConfig;
import ham.train.data.Examples;
import ham.train.encoder.Backbones;
import ham.train.engine.TorchEngine;
import ham.train.feature.FeatureExtractor;
import ham.train.run.RunInputs;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * How alike classes are to the frozen backbone: cosines between the means of their features, less the mean of all. From it come two ways to
 * cut the classes into two tasks.
 */
public final class ClassLikeness {
    /** Training images of a class that its mean is taken of, the first ones. */
    private static final int IMAGES = 20;

    private final double[][] means;

    /**
     * Takes means as they are.
     *
     * @param means [classes, d]
     */
    ClassLikeness(double[][] means) {
        this.means = centred(means);
    }

    /** Measures the classes of a configuration's data with its base. */
    public static ClassLikeness of(RunConfig config) {
        try (RunInputs inputs = RunInputs.open(config)) {
            return of(config, inputs);
        }
    }

    private static ClassLikeness of(RunConfig config, RunInputs inputs) {
        Examples images = inputs.data().train();
        int classes = inputs.data().classNames().size();
        double[][] means = new double[classes][inputs.base().encoder().width()];
        try (TorchEngine engine = TorchEngine.open(config.device(), config.threads(), config.precision());
                Backbone backbone = Backbones.open(engine, inputs.base());
                FeatureExtractor frozen = new FeatureExtractor(backbone, new TreeMap<>())) {
            for (int label = 0; label < classes; label++) {
                int wanted = label;
                int[] own = IntStream.range(0, images.size())
                        .filter(i -> images.label(i) == wanted)
                        .limit(IMAGES)
                        .toArray();
                float[] features = frozen.features(images, own, inputs.reader());
                for (int i = 0; i < features.length; i++) {
                    means[label][i % means[label].length] += features[i] / own.length;
                }
            }
        }
        return new ClassLikeness(means);
    }

    /** How many classes there are. */
    public int classes() {
        return means.length;
    }

    private static double[][] centred(double[][] means) {
        double[][] centred = new double[means.length][];
        for (int label = 0; label < means.length; label++) {
            double[] row = means[label].clone();
            for (int i = 0; i < row.length; i++) {
                int column = i;
                row[i] -= IntStream.range(0, means.length)
                        .mapToDouble(each -> means[each][column])
                        .average()
                        .orElseThrow();
            }
            centred[label] = row;
        }
        return centred;
    }

    /**
     * Two alike tasks: of every class and the one nearest to it, one goes to each task.
     *
     * @param order decides which class is paired first
     * @return labels in the order of arrival, the first half the first task
     */
    public List<Integer> alike(int[] order) {
        List<Integer> free = labels(order);
        List<Integer> first = new ArrayList<>();
        List<Integer> second = new ArrayList<>();
        while (free.size() > 1) {
            int label = free.remove(0);
            first.add(label);
            second.add(takeNearest(free, means[label]));
        }
        second.addAll(free);
        first.addAll(second);
        return first;
    }

    /**
     * Two unlike tasks: they grow in turn from the first class of the order and the one least like it, each by the free class that is nearest
     * to its mean.
     *
     * @return labels in the order of arrival, the first half the first task
     */
    public List<Integer> dissimilar(int[] order) {
        List<Integer> free = labels(order);
        List<Integer> first = new ArrayList<>(List.of(free.remove(0)));
        double[] firstSum = means[first.get(0)].clone();
        double[] opposite = firstSum.clone();
        for (int i = 0; i < opposite.length; i++) {
            opposite[i] = -opposite[i];
        }
        List<Integer> second = new ArrayList<>(List.of(takeNearest(free, opposite)));
        double[] secondSum = means[second.get(0)].clone();
        while (!free.isEmpty()) {
            boolean odd = free.size() == 1;
            boolean firstGrows = first.size() < second.size() || (first.size() == second.size() && !odd);
            List<Integer> task = firstGrows ? first : second;
            double[] sum = firstGrows ? firstSum : secondSum;
            int label = takeNearest(free, sum);
            task.add(label);
            for (int i = 0; i < sum.length; i++) {
                sum[i] += means[label][i];
            }
        }
        first.addAll(second);
        return first;
    }

    private static List<Integer> labels(int[] order) {
        return new ArrayList<>(IntStream.of(order).boxed().toList());
    }

    private int takeNearest(List<Integer> free, double[] to) {
        int nearest = 0;
        for (int i = 1; i < free.size(); i++) {
            if (cosine(means[free.get(i)], to) > cosine(means[free.get(nearest)], to)) {
                nearest = i;
            }
        }
        return free.remove(nearest);
    }

    private static double cosine(double[] a, double[] b) {
        double product = 0;
        double squares = 0;
        double otherSquares = 0;
        for (int i = 0; i < a.length; i++) {
            product += a[i] * b[i];
            squares += a[i] * a[i];
            otherSquares += b[i] * b[i];
        }
        double norms = Math.sqrt(squares * otherSquares);
        return norms == 0 ? 0 : product / norms;
    }
}
