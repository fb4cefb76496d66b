package ham.bench;

import ham.report.bench.BenchDocument;
import ham.report.bench.BenchFigure;
import ham.report.bench.BenchPlan;
import ham.report.bench.BenchRow;
import ham.report.bench.BenchServer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Results for people, from the document; also of older ones, which have fewer figures. */
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
    public static List<List<String>> rows(BenchDocument bench) {
        List<List<String>> rows = new ArrayList<>();
        for (BenchRow each : bench.results()) {
            double low = each.interval(BenchFigure.P50, 0);
            double high = each.interval(BenchFigure.P50, 1);
            boolean stable = each.stable() == null || each.stable();
            rows.add(List.of(
                    each.strategy(),
                    String.valueOf(each.tasks()),
                    each.scenario() == null ? NONE : each.scenario(),
                    number(each.p50Ms(), 2),
                    Double.isNaN(low) && Double.isNaN(high) ? NONE : number(low, 2) + " to " + number(high, 2),
                    number(each.p90Ms(), 2),
                    number(each.p99Ms(), 2),
                    number(each.throughputPerSecond(), 1),
                    number(each.switchMs(), 2),
                    number(each.firstAnswerMs(), 0),
                    number(each.residentMb(), 0),
                    number(each.diskMb(), 1),
                    each.accuracy() == null ? NONE : String.format(Locale.ROOT, "%.1f %%", 100 * each.accuracy()),
                    (each.samples() == null ? "" : each.samples()) + (stable ? "" : " *")));
        }
        return rows;
    }

    /** Sentences below the table: what was skipped, what is not stable, how it was measured; empty for an older document. */
    public static List<String> notes(BenchDocument bench) {
        List<String> notes = new ArrayList<>();
        for (BenchPlan each : bench.plan()) {
            if (each.skipped() != null) {
                notes.add(String.format(
                        Locale.ROOT, "skipped: %s at %d tasks: %s", each.strategy(), each.tasks(), each.skipped()));
            }
        }
        for (BenchRow each : bench.results()) {
            BenchServer server = each.server();
            if (server != null) {
                notes.add(String.format(
                        Locale.ROOT,
                        "Server, %s at %d tasks: %.1f queries/s due, %.1f answered, capacity %.1f; p99 bound %.2f ms %s%s",
                        each.strategy(),
                        each.tasks(),
                        server.ratePerSecond(),
                        server.achievedPerSecond(),
                        server.capacityPerSecond(),
                        server.boundMs(),
                        server.boundMet() ? "met" : "not met",
                        server.overloaded()
                                ? "; overloaded, so its latencies grow with the length of the measurement"
                                : ""));
            }
            if (each.stable() != null && !each.stable() && !notes.contains(UNSTABLE)) {
                notes.add(UNSTABLE);
            }
        }
        notes.addAll(bench.notes());
        return notes;
    }

    private static String number(Double value, int digits) {
        return value == null || value.isNaN() ? NONE : String.format(Locale.ROOT, "%." + digits + "f", value);
    }
}
