package ham.merge.compare;

import ham.merge.MergeProgress;
import ham.merge.adapter.AdapterSource;
import ham.merge.adapter.LoraFactors;
import ham.merge.kernel.Kernels;
import ham.merge.kernel.Parallel;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;

/**
 * Cosines between the deltas of every two adapters, each delta being all its weights as one vector (METHOD: similarity).
 *
 * @param names the adapters
 * @param cosines [n][n], symmetric; 1 on the diagonal, and 0 wherever one of the two deltas is zero
 */
@SuppressWarnings("ArrayRecordComponent")
public record SimilarityMatrix(List<String> names, double[][] cosines) {
    public SimilarityMatrix {
        names = List.copyOf(names);
    }

    /**
     * Compares adapters weight by weight, by several threads; the result does not depend on their number.
     *
     * @param adapters as they are to be compared; those of a HAM merge are pruned
     * @throws ham.merge.InputException when shapes differ, or factors cannot be read
     */
    public static SimilarityMatrix of(List<? extends AdapterSource> adapters, MergeProgress progress) {
        SortedMap<String, WeightShapes> shapes = WeightShapes.of(adapters);
        Kernels kernels = Kernels.best();
        ThreadLocal<FactorStack> stacks = ThreadLocal.withInitial(FactorStack::new);
        ThreadLocal<PairProducts> pairs = ThreadLocal.withInitial(() -> new PairProducts(kernels));
        int count = adapters.size();
        List<double[][]> products = Parallel.map(
                List.copyOf(shapes.keySet()),
                weight -> {
                    stacks.get().fill(read(adapters, weight));
                    return pairs.get().of(stacks.get(), count, shapes.get(weight));
                },
                done -> progress.at("comparing", done, shapes.size()));
        double[][] sums = new double[count][count];
        for (double[][] atWeight : products) {
            for (int i = 0; i < count; i++) {
                for (int j = i; j < count; j++) {
                    sums[i][j] += atWeight[i][j];
                }
            }
        }
        return new SimilarityMatrix(adapters.stream().map(AdapterSource::name).toList(), cosines(sums));
    }

    /** The largest absolute cosine of two different adapters, by which colours are scaled; 1 where all are 0. */
    public double largest() {
        double largest = 0;
        for (int i = 0; i < cosines.length; i++) {
            for (int j = 0; j < i; j++) {
                largest = Math.max(largest, Math.abs(cosines[i][j]));
            }
        }
        return largest > 0 ? largest : 1;
    }

    private static double[][] cosines(double[][] products) {
        int count = products.length;
        double[][] cosines = new double[count][count];
        for (int i = 0; i < count; i++) {
            for (int j = i; j < count; j++) {
                double cosine = Similarity.cosine(products[i][j], products[i][i], products[j][j]);
                cosines[i][j] = Math.max(-1, Math.min(1, cosine));
                cosines[j][i] = cosines[i][j];
            }
        }
        return cosines;
    }

    private static List<Optional<LoraFactors>> read(List<? extends AdapterSource> adapters, String weight) {
        List<Optional<LoraFactors>> factors = new ArrayList<>();
        for (AdapterSource adapter : adapters) {
            factors.add(adapter.layers().containsKey(weight) ? Optional.of(adapter.factors(weight)) : Optional.empty());
        }
        return factors;
    }
}
