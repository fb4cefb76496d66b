package ham.merge.method;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Pruned adapters joined by concatenation along the rank: {@code DW_G = sum over members of c s B A}.
 *
 * @param members in the order in which they joined
 * @param alpha the group's importance scalar
 * @param squaredNorms squared Frobenius norm of {@code DW_G} at every adapted weight
 */
public record Group(List<Member> members, double alpha, SortedMap<String, Double> squaredNorms) {
    public Group {
        members = List.copyOf(members);
        squaredNorms = Collections.unmodifiableSortedMap(new TreeMap<>(squaredNorms));
    }

    /** Squared Frobenius norm of {@code DW_G} over all adapted weights. */
    public double squaredNorm() {
        return Similarity.total(squaredNorms);
    }

    /**
     * One pruned adapter of a group.
     *
     * @param adapter its place in the order of the merge, from 0
     * @param name the adapter's name
     * @param coefficient c, 1 unless {@link Join#FOLD} scaled the member
     */
    public record Member(int adapter, String name, double coefficient) {}

    static Group open(int adapter, String name, double alpha, SortedMap<String, Double> squaredNorms) {
        return new Group(List.of(new Member(adapter, name, 1)), alpha, squaredNorms);
    }

    Group withAlpha(double newAlpha) {
        return new Group(members, newAlpha, squaredNorms);
    }

    /**
     * This group and one more adapter.
     *
     * @param innerProducts of the adapter's delta with this group's at every weight that both change
     */
    Group join(
            Join join,
            Member member,
            double memberAlpha,
            SortedMap<String, Double> innerProducts,
            SortedMap<String, Double> memberSquaredNorms) {
        boolean fold = join == Join.FOLD;
        double old = fold ? alpha : 1;
        double added = fold ? memberAlpha : 1;
        List<Member> joined = new ArrayList<>();
        for (Member each : members) {
            joined.add(new Member(each.adapter(), each.name(), each.coefficient() * old));
        }
        joined.add(new Member(member.adapter(), member.name(), added));
        SortedMap<String, Double> norms = new TreeMap<>();
        squaredNorms.forEach((weight, norm) -> norms.put(weight, old * old * norm));
        innerProducts.forEach((weight, product) -> norms.merge(weight, 2 * old * added * product, Double::sum));
        memberSquaredNorms.forEach((weight, norm) -> norms.merge(weight, added * added * norm, Double::sum));
        norms.replaceAll((weight, norm) -> Math.max(norm, 0));
        double newAlpha = fold ? 1 : (members.size() * alpha + memberAlpha) / (members.size() + 1);
        return new Group(joined, newAlpha, norms);
    }
}
