package ham.cli.report;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The page of one run.
 *
 * @param run {@code run.json}
 * @param metrics {@code metrics.json}
 * @param merge {@code merge.json}
 * @param evaluation accuracy of the exported model
 * @param export what the export recorded, parity among it
 * @param bench serving comparison; a missing node where none was made
 */
public record RunReport(
        JsonNode run, JsonNode metrics, JsonNode merge, JsonNode evaluation, JsonNode export, JsonNode bench) {
    private static final String STYLE =
            """
            :root{color-scheme:light dark;--fg:#1d2330;--muted:#667085;--bg:#fff;--card:#f4f6f9;--grid:#d9dee7;
            --k0:#2563eb;--k1:#d97706;--k2:#059669;--k3:#dc2626;--k4:#7c3aed;--k5:#0891b2;--heat:37,99,235}
            @media (prefers-color-scheme:dark){:root{--fg:#e6e9ef;--muted:#98a2b3;--bg:#12151c;--card:#1c212c;--grid:#333b4a;
            --k0:#60a5fa;--k1:#fbbf24;--k2:#34d399;--k3:#f87171;--k4:#a78bfa;--k5:#22d3ee;--heat:96,165,250}}
            body{font:15px/1.5 system-ui,sans-serif;color:var(--fg);background:var(--bg);max-width:60rem;margin:2rem auto;padding:0 1rem}
            h1{font-size:1.6rem;margin:0}h2{font-size:1.15rem;margin:2rem 0 0}p{color:var(--muted);margin:.3rem 0 .8rem}
            .cards{display:flex;flex-wrap:wrap;gap:.8rem;margin:1rem 0}.card{background:var(--card);border-radius:.6rem;padding:.7rem 1rem;min-width:8rem}
            .card b{display:block;font-size:1.4rem}.card span{color:var(--muted);font-size:.85rem}
            .wide{overflow-x:auto}table{border-collapse:collapse;font-variant-numeric:tabular-nums}
            th,td{padding:.25rem .7rem;border-bottom:1px solid var(--grid);text-align:right;white-space:nowrap}
            th:first-child,td:first-child{text-align:left}th{color:var(--muted);font-weight:600}
            svg{width:100%;max-width:44rem;height:auto}svg text{fill:var(--muted);font-size:12px}.grid{stroke:var(--grid)}
            .line{fill:none;stroke-width:2;stroke:currentColor}.dot{fill:currentColor}
            .c0{color:var(--k0)}.c1{color:var(--k1)}.c2{color:var(--k2)}.c3{color:var(--k3)}.c4{color:var(--k4)}.c5{color:var(--k5)}
            .legend span{margin-right:1rem;white-space:nowrap}.legend i{display:inline-block;width:.8em;height:.8em;border-radius:50%;background:currentColor;margin-right:.4em}
            pre{background:var(--card);padding:.8rem;border-radius:.6rem;overflow-x:auto}
            """;

    /** The whole page. */
    public String html() {
        JsonNode configuration = run.path("configuration");
        String title = run.path("class_order").size() + " classes in "
                + run.path("tasks").size() + " tasks, "
                + configuration.path("head").asText() + " head";
        return "<!doctype html>\n<html lang=en><head><meta charset=utf-8><meta name=viewport content=\"width=device-width\">"
                + "<title>ham: " + Html.escape(title) + "</title><style>" + STYLE + "</style></head><body>\n<h1>"
                + Html.escape(title) + "</h1><p>"
                + Html.escape("HAM run of " + run.path("started").asText()) + "</p>"
                + cards() + tasks() + accuracy() + matrix() + groups() + parity() + serving() + origin()
                + "</body></html>\n";
    }

    private String cards() {
        String head = metrics.path("head").asText();
        JsonNode frozen = metrics.path("variants").path("frozen/" + head);
        StringBuilder cards = new StringBuilder("<div class=cards>");
        card(cards, Html.percent(evaluation.path("accuracy").asDouble()), "last accuracy, exported model");
        if (!frozen.isMissingNode()) {
            card(cards, Html.percent(frozen.path("last").asDouble()), "frozen backbone, same head");
        }
        card(cards, Html.percent(1.0 / run.path("class_order").size()), "chance");
        card(cards, Html.percent(metrics.path("forgetting").asDouble()), "forgetting");
        card(cards, String.format(Locale.ROOT, "%.1f MB", export.path("bytes").asDouble() / 1e6), "one ONNX file");
        return cards.append("</div>").toString();
    }

    private static void card(StringBuilder cards, String value, String label) {
        cards.append("<div class=card><b>")
                .append(Html.escape(value))
                .append("</b><span>")
                .append(Html.escape(label))
                .append("</span></div>");
    }

    private String tasks() {
        List<List<String>> rows = new ArrayList<>();
        for (JsonNode task : evaluation.path("tasks")) {
            rows.add(List.of(
                    String.valueOf(rows.size() + 1),
                    String.join(", ", texts(task.path("classes"))),
                    task.path("images").asText(),
                    Html.percent(task.path("accuracy").asDouble())));
        }
        return Html.section(
                "Tasks",
                "Accuracy of the exported model on each task's test images, among all classes.",
                Html.table(List.of("task", "classes", "test images", "accuracy"), rows));
    }

    private String accuracy() {
        LineChart chart = new LineChart();
        int[] tests = testImages();
        for (Map.Entry<String, JsonNode> variant : metrics.path("variants").properties()) {
            List<Double> overall = new ArrayList<>();
            for (JsonNode row : variant.getValue().path("R")) {
                double correct = 0;
                double images = 0;
                for (int task = 0; task < row.size(); task++) {
                    correct += row.path(task).asDouble() * tests[task];
                    images += tests[task];
                }
                overall.add(correct / images);
            }
            chart.line(variant.getKey().replace("ham/", "merged, ").replace("frozen/", "frozen, "), overall);
        }
        return Html.section(
                "Accuracy after every task",
                "Over all classes seen so far, without being told the task. The merged model with each head, and the backbone without adapters.",
                chart.svg("accuracy after every task"));
    }

    private int[] testImages() {
        return IntStream.range(0, evaluation.path("tasks").size())
                .map(task -> evaluation.path("tasks").path(task).path("images").asInt(1))
                .toArray();
    }

    private String matrix() {
        JsonNode rows = metrics.path("R");
        StringBuilder html = new StringBuilder("<div class=wide><table><thead><tr><th>after task</th>");
        for (int task = 0; task < rows.size(); task++) {
            html.append("<th>").append(task + 1).append("</th>");
        }
        html.append("</tr></thead><tbody>");
        for (int after = 0; after < rows.size(); after++) {
            html.append("<tr><td>").append(after + 1).append("</td>");
            for (int task = 0; task < rows.size(); task++) {
                JsonNode value = rows.path(after).path(task);
                html.append(
                        value.isMissingNode()
                                ? "<td></td>"
                                : String.format(
                                        Locale.ROOT,
                                        "<td style=\"background:rgba(var(--heat),%.2f)\">%.1f</td>",
                                        0.6 * value.asDouble(),
                                        100 * value.asDouble()));
            }
            html.append("</tr>");
        }
        return Html.section(
                "R: accuracy on each task's test images, in percent",
                "Row: after training that task. Column: the task tested, among all classes seen so far.",
                html.append("</tbody></table></div>").toString());
    }

    private String groups() {
        List<List<String>> steps = new ArrayList<>();
        for (JsonNode step : merge.path("steps")) {
            String similarities = String.join(
                    "  ",
                    IntStream.range(0, step.path("similarity").size())
                            .mapToObj(g ->
                                    Html.number(step.path("similarity").path(g).asDouble()))
                            .toList());
            steps.add(List.of(
                    step.path("adapter").asText(),
                    Html.number(step.path("alpha").asDouble()),
                    similarities,
                    step.path("group").asText() + (step.path("opened").asBoolean() ? " (opened)" : " (joined)"),
                    Html.number(step.path("group_alpha").asDouble())));
        }
        List<List<String>> groups = new ArrayList<>();
        for (JsonNode group : merge.path("groups")) {
            groups.add(List.of(
                    String.valueOf(groups.size()),
                    String.join(", ", texts(group.path("members"))),
                    Html.number(group.path("alpha").asDouble()),
                    group.path("rank").asText(),
                    Html.number(group.path("norm").asDouble())));
        }
        return Html.section(
                "Adapters and groups",
                "Each adapter's importance, its cosine with every group that stood before it, and where it went.",
                Html.table(List.of("adapter", "alpha", "similarity", "group", "group alpha"), steps)
                        + "<p></p>"
                        + Html.table(List.of("group", "members", "alpha", "rank", "norm"), groups));
    }

    private String parity() {
        JsonNode parity = export.path("parity");
        List<List<String>> rows = parity.path("differences").properties().stream()
                .map(each -> List.of(
                        each.getKey(),
                        String.format(Locale.ROOT, "%.2e", each.getValue().asDouble())))
                .toList();
        return Html.section(
                "The three forms agree",
                "Largest difference of logits from the baked file on "
                        + parity.path("inputs").asText() + "; allowed "
                        + String.format(
                                Locale.ROOT, "%.2e", parity.path("tolerance").asDouble()) + "; top-1 agreement "
                        + Html.percent(parity.path("top1").asDouble()) + ".",
                Html.table(List.of("form", "difference"), rows));
    }

    private String serving() {
        if (bench.isMissingNode()) {
            return "";
        }
        List<String> keys = List.of(
                "strategy",
                "tasks",
                "p50_ms",
                "p90_ms",
                "p99_ms",
                "throughput_per_s",
                "switch_ms",
                "load_ms",
                "resident_mb",
                "disk_mb");
        List<List<String>> rows = new ArrayList<>();
        for (JsonNode result : bench.path("results")) {
            rows.add(keys.stream().map(key -> text(result.path(key))).toList());
        }
        return Html.section(
                "Serving all tasks",
                "One image a request, tasks in turn, candidates interleaved; memory of a process that serves with one strategy alone.",
                Html.table(keys, rows));
    }

    private static String text(JsonNode value) {
        if (value.isNull()) {
            return "-";
        }
        return value.isFloatingPointNumber() ? String.format(Locale.ROOT, "%.2f", value.asDouble()) : value.asText();
    }

    private String origin() {
        List<List<String>> rows = Stream.concat(
                        run.path("configuration").properties().stream(), run.path("environment").properties().stream())
                .map(each -> List.of(
                        each.getKey(),
                        each.getValue().isValueNode()
                                ? each.getValue().asText()
                                : each.getValue().toString()))
                .toList();
        return Html.section(
                "How it was made",
                "Base " + run.path("base_sha256").asText() + ", data "
                        + run.path("data_sha256").asText(),
                "<pre>" + Html.escape(String.join(" ", texts(run.path("command")))) + "</pre>"
                        + Html.table(List.of("option", "value"), rows));
    }

    private static List<String> texts(JsonNode array) {
        List<String> texts = new ArrayList<>();
        array.forEach(each -> texts.add(each.asText()));
        return texts;
    }
}
