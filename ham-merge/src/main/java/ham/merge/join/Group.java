package ham.merge.join;

import ham.merge.compare.Similarity;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.ToIntFunction;

/**
 * Pruned adapters joined by concatenation along the rank: {@code DW_G = sum over members of c s B A}.
 *
 * @param members in the order in which they joined
 * @param alpha the group's importance scalar, or one for every weight that it changes
 * @param squaredNorms squared Frobenius norm of {@code DW_G} at every adapted weight
 */
public record Group(List<Member> members, Importance alpha, SortedMap<String, Double> squaredNorms) {
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
    public record Member(int adapter, String name, Importance coefficient) {}

    static Group open(int adapter, String name, Importance alpha, SortedMap<String, Double> squaredNorms) {
        return new Group(List.of(new Member(adapter, name, Importance.ONE)), alpha, squaredNorms);
    }

    Group withAlpha(Importance newAlpha) {
        return new Group(members, newAlpha, squaredNorms);
    }

    /**
     * This group and one more adapter.
     *
     * @param changing how many members change a weight
     * @param innerProducts of the adapter's delta with this group's at every weight that both change
     */
    Group join(
            Join join,
            Member member,
            Importance memberAlpha,
            ToIntFunction<String> changing,
            SortedMap<String, Double> innerProducts,
            SortedMap<String, Double> memberSquaredNorms) {
        boolean fold = join == Join.FOLD;
        Importance old = fold ? alpha : Importance.ONE;
        Importance added = fold ? memberAlpha : Importance.ONE;
        List<Member> joined = new ArrayList<>();
        for (Member each : members) {
            joined.add(
                    new Member(each.adapter(), each.name(), each.coefficient().times(old)));
        }
        joined.add(new Member(member.adapter(), member.name(), added));
        SortedMap<String, Double> norms = new TreeMap<>();
        squaredNorms.forEach((weight, norm) -> norms.put(weight, old.at(weight) * old.at(weight) * norm));
        innerProducts.forEach(
                (weight, product) -> norms.merge(weight, 2 * old.at(weight) * added.at(weight) * product, Double::sum));
        memberSquaredNorms.forEach(
                (weight, norm) -> norms.merge(weight, added.at(weight) * added.at(weight) * norm, Double::sum));
        norms.replaceAll((weight, norm) -> Math.max(norm, 0));
        Importance newAlpha = fold ? Importance.ONE : mean(memberAlpha, changing, memberSquaredNorms.keySet());
        return new Group(joined, newAlpha, norms);
    }

    /** With scalars a weight, those of its members that change the weight; a weight that the adapter does not change keeps its scalar. */
    private Importance mean(Importance memberAlpha, ToIntFunction<String> changing, Set<String> changed) {
        if (!alpha.isPerLayer() && !memberAlpha.isPerLayer()) {
            return Importance.of(mean(members.size(), alpha.mean(), memberAlpha.mean()));
        }
        SortedMap<String, Double> means = new TreeMap<>();
        squaredNorms.keySet().forEach(weight -> means.put(weight, alpha.at(weight)));
        changed.forEach(weight ->
                means.put(weight, mean(changing.applyAsInt(weight), alpha.at(weight), memberAlpha.at(weight))));
        return Importance.perLayer(means);
    }

    private static double mean(int count, double old, double added) {
        return (count * old + added) / (count + 1);
    }
}
