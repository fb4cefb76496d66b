package ham.bench.comparison;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Results for people, from the JSON document; also of older ones, which have fewer keys. */
public final class ServingText {
    private static final String NONE = "-";
    private static final String UNSTABLE = "* not stable when the measurement ended";

    private ServingText() {}

    /** Headings of the table. */
    public static List<String> headings() {
        return List.of(
                "strategy",
                "tasks",
                "scenario",
                "p50 ms",
                "95 % interval",
                "p90 ms",
                "p99 ms",
                "images/s",
                "switch ms",
                "first ms",
                "resident MB",
                "disk MB",
                "accuracy",
                "queries");
    }

    /** Cells of the table, a list a result. */
    public static List<List<String>> rows(JsonNode bench) {
        List<List<String>> rows = new ArrayList<>();
        for (JsonNode each : bench.path("results")) {
            JsonNode interval = each.path("interval").path("p50_ms");
            boolean stable = each.path("stable").asBoolean(true);
            rows.add(List.of(
                    each.path("strategy").asText(),
                    each.path("tasks").asText(),
                    each.path("scenario").asText(NONE),
                    number(each.path("p50_ms"), 2),
                    !interval.path(0).isNumber() && !interval.path(1).isNumber()
                            ? NONE
                            : number(interval.path(0), 2) + " to " + number(interval.path(1), 2),
                    number(each.path("p90_ms"), 2),
                    number(each.path("p99_ms"), 2),
                    number(each.path("throughput_per_s"), 1),
                    number(each.path("switch_ms"), 2),
                    number(each.path("first_answer_ms"), 0),
                    number(each.path("resident_mb"), 0),
                    number(each.path("disk_mb"), 1),
                    each.path("accuracy").isNumber()
                            ? String.format(
                                    Locale.ROOT,
                                    "%.1f %%",
                                    100 * each.path("accuracy").asDouble())
                            : NONE,
                    each.path("samples").asText() + (stable ? "" : " *")));
        }
        return rows;
    }

    /** Sentences below the table: what was skipped, what is not stable, how it was measured; empty for an older document. */
    public static List<String> notes(JsonNode bench) {
        List<String> notes = new ArrayList<>();
        for (JsonNode each : bench.path("plan")) {
            if (each.path("skipped").isTextual()) {
                notes.add(String.format(
                        Locale.ROOT,
                        "skipped: %s at %d tasks: %s",
                        each.path("strategy").asText(),
                        each.path("tasks").asInt(),
                        each.path("skipped").asText()));
            }
        }
        for (JsonNode each : bench.path("results")) {
            JsonNode server = each.path("server");
            if (!server.isMissingNode()) {
                notes.add(String.format(
                        Locale.ROOT,
                        "Server, %s at %d tasks: %.1f queries/s due, %.1f answered, capacity %.1f; p99 bound %.2f ms %s%s",
                        each.path("strategy").asText(),
                        each.path("tasks").asInt(),
                        server.path("rate_per_s").asDouble(),
                        server.path("achieved_per_s").asDouble(),
                        server.path("capacity_per_s").asDouble(),
                        server.path("bound_ms").asDouble(),
                        server.path("bound_met").asBoolean() ? "met" : "not met",
                        server.path("overloaded").asBoolean()
                                ? "; overloaded, so its latencies grow with the length of the measurement"
                                : ""));
            }
            if (each.path("stable").isBoolean() && !each.path("stable").asBoolean() && !notes.contains(UNSTABLE)) {
                notes.add(UNSTABLE);
            }
        }
        bench.path("notes").forEach(note -> notes.add(note.asText()));
        return notes;
    }

    private static String number(JsonNode value, int digits) {
        return value.isNumber() ? String.format(Locale.ROOT, "%." + digits + "f", value.asDouble()) : NONE;
    }
}
