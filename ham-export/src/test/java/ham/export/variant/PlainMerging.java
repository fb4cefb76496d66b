package ham.export.variant;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/** The control of token merging, pair by pair in float64, after section 3 of arXiv 2210.09461. In every block, the last one too. */
final class PlainMerging {
    private final int merged;
    private final int prefix;
    private final int heads;
    private double[] sizes = {};

    PlainMerging(int merged, int prefix, int heads) {
        this.merged = merged;
        this.prefix = prefix;
        this.heads = heads;
    }

    void start(int tokens) {
        sizes = new double[tokens];
        Arrays.fill(sizes, 1);
    }

    double[] sizes() {
        return sizes.clone();
    }

    private record Pair(int from, int to, double cosine) {}

    /** Tokens behind attention, and the keys that they had in it. */
    double[][] merge(double[][] tokens, double[][] keys) {
        int patches = tokens.length - prefix;
        int count = Math.min(merged, patches / 2);
        List<Pair> pairs = new ArrayList<>();
        for (int from = prefix; from < tokens.length; from += 2) {
            Pair best = new Pair(from, -1, Double.NEGATIVE_INFINITY);
            for (int to = prefix + 1; to < tokens.length; to += 2) {
                double cosine = cosine(mean(keys[from]), mean(keys[to]));
                best = cosine > best.cosine() ? new Pair(from, to, cosine) : best;
            }
            pairs.add(best);
        }
        pairs.sort(Comparator.comparingDouble(Pair::cosine).reversed());
        double[][] sums = new double[tokens.length][];
        double[] counts = sizes.clone();
        for (int i = 0; i < tokens.length; i++) {
            sums[i] = scaled(tokens[i], sizes[i]);
        }
        boolean[] gone = new boolean[tokens.length];
        for (Pair each : pairs.subList(0, count)) {
            gone[each.from()] = true;
            counts[each.to()] += sizes[each.from()];
            for (int k = 0; k < sums[each.to()].length; k++) {
                sums[each.to()][k] += sizes[each.from()] * tokens[each.from()][k];
            }
        }
        int[] stay = IntStream.range(0, tokens.length).filter(i -> !gone[i]).toArray();
        sizes = Arrays.stream(stay).mapToDouble(i -> counts[i]).toArray();
        return Arrays.stream(stay).mapToObj(i -> scaled(sums[i], 1 / counts[i])).toArray(double[][]::new);
    }

    private static double[] scaled(double[] x, double factor) {
        return Arrays.stream(x).map(each -> each * factor).toArray();
    }

    private double[] mean(double[] key) {
        double[] mean = new double[key.length / heads];
        for (int i = 0; i < key.length; i++) {
            mean[i % mean.length] += key[i] / heads;
        }
        return mean;
    }

    private static double cosine(double[] a, double[] b) {
        double product = 0;
        double first = 0;
        double second = 0;
        for (int i = 0; i < a.length; i++) {
            product += a[i] * b[i];
            first += a[i] * a[i];
            second += b[i] * b[i];
        }
        return product / Math.sqrt(first * second);
    }
}
