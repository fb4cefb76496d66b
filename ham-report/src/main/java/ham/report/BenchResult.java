package ham.report;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Locale;

/**
 * One measurement of {@code bench.json}: a way to serve, for a number of tasks, under a load.
 *
 * @param json an entry of {@code results}
 */
record BenchResult(JsonNode json) {
    /** The way to deploy that the others are compared with. */
    static final String MERGED = "merged";

    String strategy() {
        return json.path("strategy").asText();
    }

    /** 0 where it is not recorded. */
    int tasks() {
        return json.path("tasks").asInt();
    }

    /** Scenario and traffic; what older files leave out was one request after the other. */
    String load() {
        String scenario = json.path("scenario").asText("");
        String traffic = json.path("traffic").asText("");
        return (scenario.isEmpty() ? "SingleStream" : scenario) + (traffic.isEmpty() ? "" : ", " + traffic);
    }

    boolean singleStream() {
        return load().startsWith("SingleStream");
    }

    /** A figure by its key, NaN where it was not measured. */
    double figure(String key) {
        return Values.number(json, key);
    }

    /** End 0 or 1 of the confidence interval of a figure, NaN where there is none. */
    double interval(String key, int end) {
        JsonNode ends = Values.array(json.path("interval"), key);
        return ends.size() == 2 ? Values.numbers(json.path("interval"), key).get(end) : Double.NaN;
    }

    /** Whether it was measured and found to be unstable. */
    boolean unstable() {
        return json.path("stable").isBoolean() && !json.path("stable").asBoolean();
    }

    /** A figure with its interval, without unit. */
    String text(String key) {
        double value = figure(key);
        if (!Double.isFinite(value)) {
            return "-";
        }
        String text = rounded(value);
        double low = interval(key, 0);
        double high = interval(key, 1);
        return Double.isFinite(low) && Double.isFinite(high)
                ? text + " [" + rounded(low) + ", " + rounded(high) + "]"
                : text;
    }

    private static String rounded(double value) {
        return String.format(
                Locale.ROOT, Math.abs(value) >= 1000 ? "%.0f" : Math.abs(value) >= 100 ? "%.1f" : "%.2f", value);
    }
}
