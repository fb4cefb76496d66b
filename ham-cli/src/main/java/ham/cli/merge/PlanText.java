package ham.cli.merge;

import com.fasterxml.jackson.databind.JsonNode;
import ham.cli.console.Table;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;

/** The plan of a merge, for people: from what {@link ham.merge.folder.PlanRecord} tells. */
final class PlanText {
    private PlanText() {}

    static String of(JsonNode plan) {
        return MergeText.title(plan) + "\n\n" + adapters(plan) + "\n\n" + weights(plan.path("weights")) + "\n\n"
                + comparison(plan.path("comparison")) + estimate(plan, plan.path("estimate"));
    }

    private static Table adapters(JsonNode plan) {
        String importance = plan.path("method").asText().equals("ham") ? "alpha" : "weight";
        Table table = new Table("adapter", importance, "layers", "rank", "dtype", "MB");
        for (JsonNode each : plan.path("adapters")) {
            table.row(
                    each.path("adapter").asText(),
                    each.path(importance).asText(),
                    each.path("layers").asText(),
                    range(each.path("rank_min").asText(), each.path("rank_max").asText()),
                    StreamSupport.stream(each.path("dtypes").spliterator(), false)
                            .map(JsonNode::asText)
                            .collect(Collectors.joining(" ")),
                    megabytes(each.path("bytes").asDouble()));
        }
        return table;
    }

    private static String range(String least, String most) {
        return least.equals(most) ? least : least + "-" + most;
    }

    /** Weights of one shape and rank in one line, named by what their names have in common. */
    private static Table weights(JsonNode weights) {
        record Kind(String name, String shape, String adapters, String rank) {}
        Map<Kind, Integer> kinds = new LinkedHashMap<>();
        for (JsonNode each : weights) {
            Kind kind = new Kind(
                    each.path("weight").asText().replaceAll("\\.\\d+\\.", ".*."),
                    "[" + each.path("outputs").asText() + ", "
                            + each.path("inputs").asText() + "]",
                    each.path("adapters").asText(),
                    each.path("rank").asText());
            kinds.merge(kind, 1, Integer::sum);
        }
        Table table = new Table("weight", "count", "delta", "adapters", "summed rank");
        kinds.forEach((kind, count) ->
                table.row(kind.name(), String.valueOf(count), kind.shape(), kind.adapters(), kind.rank()));
        return table;
    }

    private static String comparison(JsonNode comparison) {
        if (comparison.isMissingNode()) {
            return "";
        }
        boolean blocks = comparison.path("dense_bytes").asDouble() > 0;
        return String.format(
                Locale.ROOT,
                "comparison: %s%s (%.2g operations by all pairs, %.2g by blocks)%n",
                comparison.path("how").asText(),
                blocks
                        ? ", " + comparison.path("block").asText() + " adapters a block, "
                                + megabytes(comparison.path("dense_bytes").asDouble()) + " MB of temporary file"
                        : "",
                comparison.path("pair_operations").asDouble(),
                comparison.path("dense_operations").asDouble());
    }

    private static String estimate(JsonNode plan, JsonNode estimate) {
        return String.format(
                Locale.ROOT,
                "work: %.2g operations comparing, %.2g merging%nkernels: %s; %.0f GFLOPS by %s threads, just measured%n"
                        + "estimated: about %.1f s, %s MB of memory, %s MB written",
                estimate.path("comparing_operations").asDouble(),
                estimate.path("merging_operations").asDouble(),
                plan.path("kernels").asText(),
                estimate.path("operations_per_second").asDouble() / 1e9,
                plan.path("threads").asText(),
                estimate.path("seconds").asDouble(),
                megabytes(estimate.path("memory_bytes").asDouble()),
                megabytes(estimate.path("disk_bytes").asDouble()));
    }

    private static String megabytes(double bytes) {
        return String.format(Locale.ROOT, bytes < 1e7 ? "%.2f" : "%.0f", bytes / 1e6);
    }
}
