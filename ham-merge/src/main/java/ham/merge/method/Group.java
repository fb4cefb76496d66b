package ham.merge.method;

import ham.merge.adapter.LoraFactors;
import ham.merge.tensor.Matrix;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Pruned adapters joined by concatenation along the rank: {@code DW_G = sum over members of c s B A}.
 *
 * @param members in the order in which they joined
 * @param alpha the group's importance scalar
 * @param squaredNorm squared Frobenius norm of {@code DW_G} over all adapted weights
 */
public record Group(List<Member> members, double alpha, double squaredNorm) {
    public Group {
        members = List.copyOf(members);
    }

    /**
     * One pruned adapter of a group.
     *
     * @param name the adapter's name
     * @param coefficient c, 1 unless {@link Join#FOLD} scaled the member
     * @param factors pruned factors of every adapted weight
     */
    public record Member(String name, double coefficient, SortedMap<String, LoraFactors> factors) {
        /** Sum of the ranks of one weight's factors; 0 when the member does not adapt it. */
        int rank(String weight) {
            return factors.containsKey(weight) ? factors.get(weight).rank() : 0;
        }
    }

    /** The group's largest concatenated rank over all weights: the sum of its members' ranks. */
    public int rank() {
        return members.stream()
                .flatMap(member -> member.factors().keySet().stream())
                .distinct()
                .mapToInt(weight ->
                        members.stream().mapToInt(member -> member.rank(weight)).sum())
                .max()
                .orElse(0);
    }

    /** {@code DW_G} [out, in] of every adapted weight; without the group's scalar. */
    public SortedMap<String, Matrix> deltas() {
        SortedMap<String, List<Branch>> branches = new TreeMap<>();
        addBranches(1, branches);
        return Deltas.sum(branches);
    }

    /** Adds what every member contributes to each weight's delta when the group's scalar is {@code alpha}. */
    void addBranches(double alpha, SortedMap<String, List<Branch>> branches) {
        for (Member member : members) {
            double weight = alpha * member.coefficient();
            member.factors().forEach((name, factors) -> branches.computeIfAbsent(name, key -> new ArrayList<>())
                    .add(new Branch(weight, factors)));
        }
    }

    double innerProduct(SortedMap<String, LoraFactors> factors) {
        return members.stream()
                .mapToDouble(member -> member.coefficient() * Similarity.innerProduct(member.factors(), factors))
                .sum();
    }

    static Group open(String name, SortedMap<String, LoraFactors> factors, double alpha, double squaredNorm) {
        return new Group(List.of(new Member(name, 1, factors)), alpha, squaredNorm);
    }

    Group withAlpha(double newAlpha) {
        return new Group(members, newAlpha, squaredNorm);
    }

    /** This group and one more member, whose inner product with the group and squared norm are known. */
    Group join(Join join, Member member, double memberAlpha, double innerProduct, double memberSquaredNorm) {
        boolean fold = join == Join.FOLD;
        double old = fold ? alpha : 1;
        double added = fold ? memberAlpha : 1;
        List<Member> joined = new ArrayList<>();
        for (Member each : members) {
            joined.add(new Member(each.name(), each.coefficient() * old, each.factors()));
        }
        joined.add(new Member(member.name(), added, member.factors()));
        double norm = old * old * squaredNorm + 2 * old * added * innerProduct + added * added * memberSquaredNorm;
        double newAlpha = fold ? 1 : (members.size() * alpha + memberAlpha) / (members.size() + 1);
        return new Group(joined, newAlpha, Math.max(norm, 0));
    }
}
