package ham.merge.method;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The ways in which a HAM merge is known to fail, as far as a merge shows them (METHOD: what must be watched). */
public final class FailureSignatures {
    /** A scalar below this fraction of its value when the group was last joined means that the group was muted. */
    private static final double RIGID = 0.5;
    /** So many adapters may each open a group without a word. */
    private static final int FEW = 3;

    private FailureSignatures() {}

    /** What was seen, one sentence each. */
    public static List<String> of(PreparedMerge merge) {
        List<String> seen = new ArrayList<>();
        HamParameters parameters = merge.settings().ham();
        if (merge.settings().method() == MergeMethod.HAM) {
            int groups = merge.groups().size();
            if (groups > FEW && groups == merge.steps().size() && groups < parameters.maxGroups()) {
                seen.add("rank explosion: each of the " + groups
                        + " adapters opened a group of its own; a lower --tau or fewer --groups would join some");
            }
            for (int g = 0; g < groups; g++) {
                fullRank(merge, g, seen);
                rigid(merge, g, seen);
            }
        }
        return seen;
    }

    private static void fullRank(PreparedMerge merge, int index, List<String> seen) {
        Group group = merge.groups().get(index);
        long full = merge.shapes().entrySet().stream()
                .filter(entry -> merge.rank(group, entry.getKey())
                        >= Math.min(entry.getValue().outputs(), entry.getValue().inputs()))
                .count();
        if (full > 0) {
            seen.add("rank explosion: the rank of group " + index + " reaches the smaller side of " + full + " of "
                    + merge.shapes().size() + " weights, so its factors save nothing there");
        }
    }

    private static void rigid(PreparedMerge merge, int index, List<String> seen) {
        double joined = Double.NaN;
        for (Step step : merge.steps()) {
            joined = step.group() == index ? step.groupAlpha() : joined;
        }
        double now = merge.groups().get(index).alpha();
        if (now < RIGID * joined) {
            seen.add(String.format(
                    Locale.ROOT,
                    "rigidification: the scalar of group %d fell from %.3g at its last join to %.3g in later training,"
                            + " so earlier tasks are muted; a lower --alpha-lr keeps them",
                    index,
                    joined,
                    now));
        }
    }
}
