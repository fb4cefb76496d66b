package ham.report;

import com.fasterxml.jackson.databind.JsonNode;
import ham.report.bench.BenchDocument;
import ham.report.chart.Unit;
import ham.report.page.Html;
import ham.report.page.Page;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The page of one run. Each record may be a missing node, and each key of it absent: what is not recorded is not shown.
 *
 * @param run {@code run.json}
 * @param metrics {@code metrics.json}
 * @param merge {@code merge.json}
 * @param evaluation accuracy of the exported model
 * @param export what the export recorded, parity among it
 * @param bench serving comparison, where one was made
 */
public record RunReport(
        JsonNode run,
        JsonNode metrics,
        JsonNode merge,
        JsonNode evaluation,
        JsonNode export,
        Optional<BenchDocument> bench) {

    /**
     * The whole page.
     *
     * @throws ham.merge.InputException when a record holds something else than a number where one belongs
     */
    public String html() {
        RunAccuracy accuracy = new RunAccuracy(metrics, evaluation);
        RunGroups groups = new RunGroups(merge);
        RunCosts costs = new RunCosts(metrics);
        Page page = new Page(title(), "Run of " + Values.text(run.path("started")));
        page.lead(Html.cards(cards())).lead(Html.warnings(warnings()));
        page.section(
                "Accuracy after every task",
                "Over all classes seen so far, " + (accuracy.weighed() ? "every image" : "every task")
                        + " counting the same."
                        + (accuracy.toldTheTask() ? " Oracle is told the task; the others are not." : ""),
                accuracy.overTasks(),
                accuracy.figures());
        page.section(
                "Accuracy matrix",
                "Accuracy on each task's test images among all classes seen so far, with the run's method and head.",
                accuracy.heatMap());
        page.section("Tasks", "Accuracy of the exported model on each task, among all classes.", accuracy.tasks());
        page.section(
                "Adapters and groups",
                "A square opens a group, a circle joins one. A group's scalar is shown after the training of every task that records it"
                        + " and after every join.",
                groups.membership(),
                groups.scalars(),
                groups.tables());
        page.section("Costs", "What every task took.", costs.charts(), costs.table());
        page.section("The forms agree", parityText(), parity());
        if (bench.isPresent() && !bench.get().results().isEmpty()) {
            BenchReport serving = new BenchReport(bench.get());
            page.section("Serving all tasks", "", serving.summary(), serving.tables());
        }
        page.section("How it was made", "", origin());
        return page.html();
    }

    private String title() {
        JsonNode configuration = run.path("configuration");
        return Values.array(run, "class_order").size() + " classes in "
                + Values.array(run, "tasks").size() + " tasks, "
                + (configuration.path("method").isMissingNode()
                        ? ""
                        : configuration.path("method").asText() + ", ")
                + configuration.path("head").asText() + " head";
    }

    private Map<String, String> cards() {
        Map<String, String> cards = new LinkedHashMap<>();
        String head = metrics.path("head").asText();
        fraction(cards, "last accuracy, exported model", Values.number(evaluation, "accuracy"));
        if (cards.isEmpty()) {
            fraction(cards, "last accuracy", Values.number(metrics, "last"));
        }
        if (new RunAccuracy(metrics, evaluation).overTime()) {
            fraction(cards, "average incremental accuracy", Values.number(metrics, "average_incremental"));
            fraction(cards, "forgetting", Values.number(metrics, "forgetting"));
        }
        if (!run.path("configuration").path("method").asText().equals("frozen")) {
            fraction(
                    cards,
                    "frozen backbone, same head",
                    Values.number(metrics.path("variants").path("frozen/" + head), "last"));
        }
        fraction(cards, "chance", 1.0 / Values.array(run, "class_order").size());
        double bytes = Values.number(export, "bytes");
        if (Double.isFinite(bytes)) {
            cards.put("one ONNX file", String.format(Locale.ROOT, "%.1f MB", bytes / 1e6));
        }
        return cards;
    }

    private static void fraction(Map<String, String> cards, String label, double value) {
        if (Double.isFinite(value)) {
            cards.put(label, String.format(Locale.ROOT, "%.1f %%", 100 * value));
        }
    }

    /** What was warned about during the run and the merge, each once: sentences, or objects with the sentence as {@code message}. */
    private List<String> warnings() {
        Set<String> warnings = new LinkedHashSet<>();
        for (JsonNode each : List.of(run, metrics, merge)) {
            for (JsonNode warning : Values.array(each, "warnings")) {
                warnings.add(Values.text(warning.has("message") ? warning.path("message") : warning));
            }
        }
        return List.copyOf(warnings);
    }

    private String parityText() {
        JsonNode parity = export.path("parity");
        return "Largest difference of logits from the baked file on " + Values.text(parity.path("inputs"))
                + ", allowed: "
                + (parity.has("tolerance")
                        ? String.format(Locale.ROOT, "%.2e", Values.number(parity, "tolerance"))
                        : "not set")
                + "; top-1 agreement: " + Values.text(Values.number(parity, "top1"), Unit.FRACTION) + ".";
    }

    private String parity() {
        JsonNode differences = export.path("parity").path("differences");
        List<List<String>> rows = new ArrayList<>();
        differences
                .properties()
                .forEach(each -> rows.add(List.of(
                        each.getKey(), String.format(Locale.ROOT, "%.2e", Values.number(differences, each.getKey())))));
        return rows.isEmpty() ? "" : Html.table("Differences", List.of("form", "difference"), rows);
    }

    private String origin() {
        Map<String, String> hashes = new LinkedHashMap<>();
        for (String key : List.of("base_sha256", "data_sha256")) {
            if (run.has(key)) {
                hashes.put(key, Values.text(run.path(key)));
            }
        }
        return Html.command(ExperimentReport.commandLine(run.path("command")))
                + Html.facts("Configuration", Values.facts(run.path("configuration")))
                + Html.facts("Environment", Values.facts(run.path("environment")))
                + Html.facts("Inputs", hashes);
    }
}
