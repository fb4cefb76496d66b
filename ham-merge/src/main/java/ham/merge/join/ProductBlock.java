package ham.merge.join;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The inner products that adapters {@code from}, {@code from + 1}, ... are grouped by: with each other, and with the groups as they stood
 * before the first of them.
 */
final class ProductBlock {
    /**
     * At one weight.
     *
     * @param pairs entry [i][j], i &lt;= j: of adapters {@code from + i} and {@code from + j}
     * @param groups entry [g][i]: of group g before the block and adapter {@code from + i}
     */
    @SuppressWarnings("ArrayRecordComponent")
    record AtWeight(double[][] pairs, double[][] groups) {}

    private final int from;
    private final List<? extends SortedMap<String, ?>> layers;
    private final SortedMap<String, AtWeight> products;
    /** By first member, which tells groups apart for good. */
    private final Map<Integer, Group> groupsBefore = new HashMap<>();

    private final Map<Integer, Integer> indexBefore = new HashMap<>();

    /**
     * Keeps what is given.
     *
     * @param layers of every adapter of the block, the weights that it changes
     */
    ProductBlock(
            int from,
            List<? extends SortedMap<String, ?>> layers,
            List<Group> groupsBefore,
            SortedMap<String, AtWeight> products) {
        this.from = from;
        this.layers = layers;
        this.products = products;
        for (int g = 0; g < groupsBefore.size(); g++) {
            this.groupsBefore.put(first(groupsBefore.get(g)), groupsBefore.get(g));
            this.indexBefore.put(first(groupsBefore.get(g)), g);
        }
    }

    private static int first(Group group) {
        return group.members().get(0).adapter();
    }

    /** Squared norms of an adapter's delta. */
    SortedMap<String, Double> squaredNorms(int adapter) {
        int i = adapter - from;
        SortedMap<String, Double> norms = new TreeMap<>();
        layers.get(i)
                .keySet()
                .forEach(weight -> norms.put(weight, products.get(weight).pairs()[i][i]));
        return norms;
    }

    /** Inner products of a group, as it stands now, with an adapter that comes after its members. */
    SortedMap<String, Double> innerProducts(Group group, int adapter) {
        int i = adapter - from;
        Integer before = indexBefore.get(first(group));
        SortedMap<String, Double> sums = new TreeMap<>();
        for (String weight : layers.get(i).keySet()) {
            AtWeight at = products.get(weight);
            double sum = before == null ? 0 : factorSince(group, weight) * at.groups()[before][i];
            for (Group.Member member : group.members()) {
                if (member.adapter() >= from) {
                    sum += member.coefficient().at(weight) * at.pairs()[member.adapter() - from][i];
                }
            }
            sums.put(weight, sum);
        }
        return sums;
    }

    /** By what {@link Join#FOLD} multiplied the delta that the group had at a weight before the block; 0 for a group that is new. */
    double factorSince(Group group, String weight) {
        Group before = groupsBefore.get(first(group));
        if (before == null) {
            return 0;
        }
        int largest = 0;
        for (int m = 1; m < before.members().size(); m++) {
            if (Math.abs(before.members().get(m).coefficient().at(weight))
                    > Math.abs(before.members().get(largest).coefficient().at(weight))) {
                largest = m;
            }
        }
        double old = before.members().get(largest).coefficient().at(weight);
        return old == 0 ? 0 : group.members().get(largest).coefficient().at(weight) / old;
    }
}
