package ham.report;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import ham.merge.folder.MergeFolder;
import ham.merge.folder.MergeRecord;
import ham.merge.io.JsonFiles;
import ham.merge.io.JsonRecords;
import ham.report.bench.BenchDocument;
import ham.report.chart.Unit;
import ham.report.page.Html;
import ham.report.page.Page;
import ham.report.record.Binding;
import ham.report.record.EvaluationDocument;
import ham.report.record.ExportDocument;
import ham.report.record.MetricsDocument;
import ham.report.record.RunDocument;
import ham.report.record.WarningDocument;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The page of one run: what is not recorded is not shown.
 *
 * @param run {@code run.json}
 * @param metrics {@code metrics.json}
 * @param merge {@code merge.json}
 * @param evaluation accuracy of the exported model
 * @param export what the export recorded, parity among it
 * @param bench serving comparison, where one was made
 */
public record RunReport(
        RunDocument run,
        MetricsDocument metrics,
        MergeRecord merge,
        EvaluationDocument evaluation,
        ExportDocument export,
        Optional<BenchDocument> bench) {
    /**
     * From the JSON of the files; each may be a missing node.
     *
     * @throws ham.merge.InputException when one holds something else than a number where one belongs
     */
    public static RunReport of(
            JsonNode run,
            JsonNode metrics,
            JsonNode merge,
            JsonNode evaluation,
            JsonNode export,
            Optional<BenchDocument> bench) {
        return new RunReport(
                Binding.of(run, RunDocument.class),
                Binding.of(metrics, MetricsDocument.class),
                JsonRecords.read(
                        Path.of(MergeFolder.RECORD),
                        merge instanceof ObjectNode object ? object : JsonFiles.object(),
                        MergeRecord.class),
                Binding.of(evaluation, EvaluationDocument.class),
                Binding.of(export, ExportDocument.class),
                bench);
    }

    /** The whole page. */
    public String html() {
        RunAccuracy accuracy = new RunAccuracy(metrics, evaluation, run.examples());
        RunGroups groups = new RunGroups(merge);
        RunCosts costs = new RunCosts(metrics);
        Page page = new Page(title(), "Run of " + Values.text(run.started()));
        page.lead(Html.cards(cards())).lead(Html.warnings(warnings()));
        page.section(
                "Accuracy after every task",
                "Over all classes seen so far, " + (accuracy.weighed() ? "all " + run.examples() : "all tasks")
                        + " counting the same."
                        + (accuracy.toldTheTask() ? " Oracle is told the task; the others are not." : ""),
                accuracy.overTasks(),
                accuracy.figures());
        page.section(
                "Accuracy matrix",
                "Accuracy on each task's test " + run.examples()
                        + " among all classes seen so far, with the run's method and head.",
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
        String method = run.parameter("method");
        return run.classOrder().size() + " classes in " + run.tasks().size() + " tasks, "
                + (method.isEmpty() ? "" : method + ", ") + run.parameter("head") + " head";
    }

    private Map<String, String> cards() {
        Map<String, String> cards = new LinkedHashMap<>();
        fraction(cards, "last accuracy, exported model", evaluation.accuracy());
        if (cards.isEmpty()) {
            fraction(cards, "last accuracy", metrics.last());
        }
        if (new RunAccuracy(metrics, evaluation, run.examples()).overTime()) {
            fraction(cards, "average incremental accuracy", metrics.averageIncremental());
            fraction(cards, "forgetting", metrics.forgetting());
        }
        if (!run.parameter("method").equals("frozen")) {
            MetricsDocument.Variant frozen = metrics.variants().get("frozen/" + metrics.head());
            fraction(cards, "frozen backbone, same head", frozen == null ? null : frozen.last());
        }
        fraction(cards, "chance", 1.0 / run.classOrder().size());
        if (export.bytes() != null) {
            cards.put("one ONNX file", String.format(Locale.ROOT, "%.1f MB", export.bytes() / 1e6));
        }
        return cards;
    }

    private static void fraction(Map<String, String> cards, String label, Double value) {
        if (value != null && Double.isFinite(value)) {
            cards.put(label, String.format(Locale.ROOT, "%.1f %%", 100 * value));
        }
    }

    /** What was warned about during the run and the merge, each once: sentences, or objects with the sentence as {@code message}. */
    private List<String> warnings() {
        return Stream.concat(
                        Stream.concat(run.warnings().stream(), metrics.warnings().stream())
                                .map(WarningDocument::message),
                        merge.warnings().stream())
                .distinct()
                .toList();
    }

    private String parityText() {
        ExportDocument.Parity parity = export.parity();
        return "Largest difference of logits from the baked file on " + Values.text(parity.inputs()) + ", allowed: "
                + (parity.tolerance() == null ? "not set" : String.format(Locale.ROOT, "%.2e", parity.tolerance()))
                + "; top-1 agreement: " + Values.text(Values.number(parity.top1()), Unit.FRACTION) + ".";
    }

    private String parity() {
        List<List<String>> rows = new ArrayList<>();
        export.parity()
                .differences()
                .forEach((form, difference) ->
                        rows.add(List.of(form, String.format(Locale.ROOT, "%.2e", Values.number(difference)))));
        if (export.parity().withoutDelta() != null) {
            rows.add(List.of(
                    "without the delta (control)",
                    String.format(Locale.ROOT, "%.2e", export.parity().withoutDelta())));
        }
        return rows.isEmpty() ? "" : Html.table("Differences", List.of("form", "difference"), rows);
    }

    private String origin() {
        Map<String, String> hashes = new LinkedHashMap<>();
        if (run.baseSha256() != null) {
            hashes.put("base_sha256", run.baseSha256());
        }
        if (run.dataSha256() != null) {
            hashes.put("data_sha256", run.dataSha256());
        }
        return Html.command(String.join(" ", run.command()))
                + Html.facts("Configuration", Values.facts(run.configuration()))
                + Html.facts("Environment", Values.facts(run.environment()))
                + Html.facts("Inputs", hashes);
    }
}
