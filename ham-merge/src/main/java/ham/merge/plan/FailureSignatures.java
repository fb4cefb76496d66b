package ham.merge.plan;

import ham.merge.adapter.AdapterSource;
import ham.merge.adapter.LayerShape;
import ham.merge.join.Group;
import ham.merge.join.HamParameters;
import ham.merge.join.MergeStep;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** The ways in which a HAM merge is known to fail, as far as a merge shows them (METHOD: what must be watched). */
public final class FailureSignatures {
    /** A scalar below this fraction of its value when the group was last joined means that the group was muted, unless somebody says another. */
    public static final double RIGID = 0.5;
    /** So many adapters may each open a group without a word. */
    private static final int FEW = 3;

    private FailureSignatures() {}

    /** What was seen in a merge, one sentence each. */
    public static List<String> of(PreparedMerge merge) {
        List<String> seen = new ArrayList<>();
        if (merge.settings().method() == MergeMethod.HAM) {
            seen.addAll(rankExplosion(merge.settings().ham(), merge.groups(), merge.steps(), merge.adapters()));
            seen.addAll(rigidification(
                    merge.steps(),
                    merge.groups().stream().map(group -> group.alpha().mean()).toList(),
                    RIGID));
        }
        return seen;
    }

    /**
     * Whether grouping saves nothing: every adapter has a group of its own, or factors are as large as what they stand for.
     *
     * @param adapters that were merged, in order
     */
    public static List<String> rankExplosion(
            HamParameters parameters,
            List<Group> groups,
            List<MergeStep> steps,
            List<? extends AdapterSource> adapters) {
        List<String> seen = new ArrayList<>();
        if (groups.size() > FEW && groups.size() == steps.size() && groups.size() < parameters.maxGroups()) {
            seen.add("rank explosion: each of the " + groups.size()
                    + " adapters opened a group of its own; a lower tau or fewer groups would join some");
        }
        Map<String, LayerShape> all = new TreeMap<>();
        adapters.forEach(adapter -> all.putAll(adapter.layers()));
        for (int g = 0; g < groups.size(); g++) {
            Map<String, LayerShape> shapes = new TreeMap<>();
            Map<String, Integer> ranks = new TreeMap<>();
            for (Group.Member member : groups.get(g).members()) {
                adapters.get(member.adapter()).layers().forEach((weight, layer) -> {
                    shapes.put(weight, layer);
                    ranks.merge(weight, layer.rank(), Integer::sum);
                });
            }
            long full = shapes.entrySet().stream()
                    .filter(entry -> ranks.get(entry.getKey())
                            >= Math.min(
                                    entry.getValue().outputs(), entry.getValue().inputs()))
                    .count();
            if (full > 0) {
                seen.add("rank explosion: the rank of group " + g + " reaches the smaller side of " + full + " of "
                        + all.size() + " weights, so its factors save nothing there");
            }
        }
        return seen;
    }

    /**
     * Which groups later training muted.
     *
     * @param steps of the adapters so far
     * @param alphas scalar of every group as it stands, or the mean of its scalars
     * @param below fraction of its value at its last join below which a scalar counts as muted
     */
    public static List<String> rigidification(List<MergeStep> steps, List<Double> alphas, double below) {
        List<String> seen = new ArrayList<>();
        for (int g = 0; g < alphas.size(); g++) {
            double joined = Double.NaN;
            for (MergeStep step : steps) {
                joined = step.group() == g ? step.groupAlpha() : joined;
            }
            if (alphas.get(g) < below * joined) {
                seen.add(String.format(
                        Locale.ROOT,
                        "rigidification: the scalar of group %d fell from %.3g at its last join to %.3g in later training,"
                                + " so earlier tasks are muted; a lower learning rate of the scalars (alpha-lr) keeps them",
                        g,
                        joined,
                        alphas.get(g)));
            }
        }
        return seen;
    }
}
