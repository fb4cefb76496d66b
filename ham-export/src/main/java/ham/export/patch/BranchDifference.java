package ham.export.patch;

import ham.merge.adapter.LoraFactors;
import ham.merge.combine.Branch;
import ham.merge.folder.Merged;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** What one merge adds to a model that another merge is in already: a member of both with the same scalars adds nothing. */
final class BranchDifference {
    private BranchDifference() {}

    /** Branches of {@code after} minus those of {@code before}, for every weight of either. */
    static SortedMap<String, List<Branch>> of(Merged after, Merged before) {
        SortedMap<String, List<Branch>> differences = new TreeMap<>();
        after.branches()
                .forEach((layer, branches) ->
                        differences.put(layer, minus(branches, before.branches().getOrDefault(layer, List.of()))));
        before.branches()
                .forEach((layer, branches) -> differences.computeIfAbsent(layer, key -> minus(List.of(), branches)));
        return differences;
    }

    private static List<Branch> minus(List<Branch> after, List<Branch> before) {
        List<Branch> rest = new ArrayList<>(before);
        List<Branch> difference = new ArrayList<>();
        for (Branch branch : after) {
            int match = 0;
            while (match < rest.size() && !alike(rest.get(match).factors(), branch.factors())) {
                match++;
            }
            double weight =
                    branch.weight() - (match < rest.size() ? rest.remove(match).weight() : 0);
            if (weight != 0) {
                difference.add(new Branch(weight, branch.factors()));
            }
        }
        rest.forEach(gone -> difference.add(new Branch(-gone.weight(), gone.factors())));
        return difference;
    }

    private static boolean alike(LoraFactors one, LoraFactors other) {
        return one.scaling() == other.scaling()
                && Arrays.equals(one.a().data(), other.a().data())
                && Arrays.equals(one.b().data(), other.b().data());
    }
}
