package ham.merge.method;

import ham.merge.InputException;
import ham.merge.combine.Branch;
import ham.merge.combine.Compression;
import ham.merge.combine.Contribution;
import ham.merge.combine.FactorProducts;
import ham.merge.tensor.Matrix;
import java.util.List;

/**
 * The weighted sum {@code sum_i w_i D_i}, reduced to its best approximation of a low rank.
 *
 * @param rank rank of each merged delta, at least 1
 */
public record SvdMerge(int rank) implements WeightMerge {
    /**
     * Checks the rank.
     *
     * @throws InputException when it is below 1
     */
    public SvdMerge {
        if (rank < 1) {
            throw new InputException("rank: expected at least 1, found " + rank);
        }
    }

    /** The merged delta as factors, and what they lack. */
    public Compression compress(List<Contribution> contributions) {
        return Compression.of(new CatMerge().branches(contributions), rank);
    }

    @Override
    public Matrix merge(String weightName, List<Contribution> contributions, FactorProducts products) {
        return products.sum(List.of(new Branch(1, compress(contributions).factors())));
    }
}
