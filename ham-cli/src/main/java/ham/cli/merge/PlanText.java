package ham.cli.merge;

import ham.cli.console.Table;
import ham.merge.folder.PlanRecord;
import ham.merge.plan.MergeMethod;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** The plan of a merge, for people. */
final class PlanText {
    private PlanText() {}

    static String of(PlanRecord plan) {
        return MergeText.title(plan.method(), plan.mode(), plan.parameters()) + "\n\n" + adapters(plan) + "\n\n"
                + weights(plan.weights()) + "\n\n" + comparison(plan.comparison()) + estimate(plan, plan.estimate());
    }

    private static Table adapters(PlanRecord plan) {
        boolean ham = plan.method() == MergeMethod.HAM;
        Table table = new Table("adapter", ham ? "alpha" : "weight", "layers", "rank", "dtype", "MB");
        for (PlanRecord.Adapter each : plan.adapters()) {
            Double importance = ham ? each.alpha() : each.weight();
            table.row(
                    each.adapter(),
                    importance == null ? "" : importance.toString(),
                    String.valueOf(each.layers()),
                    range(each.rankMin(), each.rankMax()),
                    String.join(" ", each.dtypes() == null ? Set.of() : each.dtypes()),
                    megabytes(each.bytes() == null ? 0L : each.bytes()));
        }
        return table;
    }

    private static String range(int least, int most) {
        return least == most ? String.valueOf(least) : least + "-" + most;
    }

    /** Weights of one shape and rank in one line, named by what their names have in common. */
    private static Table weights(List<PlanRecord.Weight> weights) {
        record Kind(String name, String shape, int adapters, int rank) {}
        Map<Kind, Integer> kinds = new LinkedHashMap<>();
        for (PlanRecord.Weight each : weights) {
            Kind kind = new Kind(
                    each.weight().replaceAll("\\.\\d+\\.", ".*."),
                    "[" + each.outputs() + ", " + each.inputs() + "]",
                    each.adapters(),
                    each.rank());
            kinds.merge(kind, 1, Integer::sum);
        }
        Table table = new Table("weight", "count", "delta", "adapters", "summed rank");
        kinds.forEach((kind, count) -> table.row(
                kind.name(),
                String.valueOf(count),
                kind.shape(),
                String.valueOf(kind.adapters()),
                String.valueOf(kind.rank())));
        return table;
    }

    private static String comparison(PlanRecord.Comparison comparison) {
        if (comparison == null) {
            return "";
        }
        return String.format(
                Locale.ROOT,
                "comparison: %s%s (%.2g operations by all pairs, %.2g by blocks)%n",
                comparison.how(),
                comparison.denseBytes() > 0
                        ? ", " + comparison.block() + " adapters a block, " + megabytes(comparison.denseBytes())
                                + " MB of temporary file"
                        : "",
                comparison.pairOperations(),
                comparison.denseOperations());
    }

    private static String estimate(PlanRecord plan, PlanRecord.Estimate estimate) {
        return String.format(
                Locale.ROOT,
                "work: %.2g operations comparing, %.2g merging%nkernels: %s; %.0f GFLOPS by %d threads, just measured%n"
                        + "estimated: about %.1f s, %s MB of memory, %s MB written",
                estimate.comparingOperations(),
                estimate.mergingOperations(),
                plan.kernels(),
                estimate.operationsPerSecond() / 1e9,
                plan.threads(),
                estimate.seconds(),
                megabytes(estimate.memoryBytes()),
                megabytes(estimate.diskBytes()));
    }

    private static String megabytes(long bytes) {
        return String.format(Locale.ROOT, bytes < 1e7 ? "%.2f" : "%.0f", bytes / 1e6);
    }
}
