package ham.merge.method;

import java.util.List;

/** Concatenation along the rank: {@code sum_i w_i D_i}, exact. */
public record CatMerge() implements BranchMerge {
    @Override
    public List<Branch> branches(List<Contribution> contributions) {
        return contributions.stream()
                .map(each -> new Branch(each.weight(), each.factors()))
                .toList();
    }
}
