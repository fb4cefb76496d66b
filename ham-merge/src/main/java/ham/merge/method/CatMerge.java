package ham.merge.method;

/** Concatenation along the rank: {@code sum_i w_i D_i}, exact. */
public record CatMerge() implements BranchMerge {
    @Override
    public double coefficient(double weight) {
        return weight;
    }
}
