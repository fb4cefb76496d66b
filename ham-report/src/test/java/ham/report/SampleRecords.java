package ham.report;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import ham.merge.io.JsonFiles;
import ham.report.bench.BenchDocument;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;

/** Made-up records of plausible sizes: figures that no run has measured. */
final class SampleRecords {
    /** A text that tries to be markup. */
    static final String EVIL = "<script src=\"https://evil\">&\u0000'\u0085";

    static final Map<String, String> ENVIRONMENT = Map.of(
            "cpu", "an example CPU with a rather long name, 16 cores at 3.00 GHz", "java", "17", "processors", "16");
    static final List<String> METHODS = List.of("ham", "frozen", "sequential", "linear", "sd-lora", "oracle");
    static final List<String> HEADS = List.of("analytic", "linear", "prototype");
    private static final List<String> STRATEGIES = List.of("per-task", "merged", "reload", "shared", "adapters");

    private SampleRecords() {}

    /** All four scenarios for up to 50 tasks; one model a task is skipped at 50. */
    static ObjectNode bench() {
        Random random = new Random(5);
        ObjectNode bench = JsonFiles.object();
        bench.set("environment", JsonFiles.tree(ENVIRONMENT));
        bench.put("session_threads", 2).put("seed", 1993);
        bench.putObject("scenarios").put("Server", "Poisson arrivals, latency from the scheduled time");
        ArrayNode plan = bench.putArray("plan");
        plan.addObject()
                .put("strategy", "per-task")
                .put("tasks", 50)
                .put("need_mb", 17_250.5)
                .put("disk_mb", 16_900)
                .put("skipped", "needs 17250 MB of memory, 5800 MB are free");
        plan.addObject()
                .put("strategy", "merged")
                .put("tasks", 50)
                .put("need_mb", 400)
                .putNull("skipped");
        ArrayNode results = bench.putArray("results");
        for (String scenario : List.of("SingleStream", "MultiStream", "Server", "Offline")) {
            for (int tasks : new int[] {1, 2, 5, 10, 20, 50}) {
                for (String strategy : STRATEGIES) {
                    if (tasks < 50 || !strategy.equals("per-task")) {
                        results.add(result(random, scenario, strategy, tasks));
                    }
                }
            }
        }
        return bench;
    }

    private static ObjectNode result(Random random, String scenario, String strategy, int tasks) {
        int kind = STRATEGIES.indexOf(strategy);
        double median =
                (scenario.equals("MultiStream") ? 22 : 3.4) * (1 + 0.02 * kind + (kind == 2 ? 0.05 * tasks : 0));
        ObjectNode result = JsonFiles.object()
                .put("strategy", strategy)
                .put("scenario", scenario)
                .put("traffic", scenario.equals("Offline") ? null : "round robin")
                .put("tasks", tasks)
                .put("samples", 500)
                .put("warm_up_samples", 20)
                .put("p50_ms", median)
                .put("p90_ms", 1.3 * median)
                .put("p95_ms", 1.6 * median)
                .put("p99_ms", 2.4 * median)
                .put("mean_ms", 1.1 * median)
                .put("stable", kind != 4 || tasks < 50)
                .put("throughput_per_s", 1000 / median)
                .put("switch_ms", kind == 2 ? 31.5 : 0.1 * kind)
                .put("load_ms", 25.0 * (kind == 0 ? tasks : 1))
                .put("first_answer_ms", 30.25)
                .put("resident_mb", kind == 0 ? 90 + 330.0 * tasks : kind == 3 ? 420 + 12.0 * tasks : 420 + kind)
                .put("disk_mb", kind == 0 || kind == 2 ? 330.0 * tasks : kind == 1 ? 330 : 330 + 2.5 * tasks)
                .put("accuracy", kind == 1 ? 0.355 : 0.684);
        ObjectNode interval = result.putObject("interval");
        interval.putArray("p50_ms").add(0.97 * median).add(1.04 * median);
        interval.putArray("p99_ms").add(2.1 * median).add(2.9 * median);
        ArrayNode quantiles = result.putArray("distribution_ms");
        double base = 0.9 * median;
        for (int i = 0; i <= 200; i++) {
            quantiles.add(base
                    + 0.05 * median * -Math.log(1.003 - i / 200.0) * (1 + kind) * (0.98 + 0.02 * random.nextDouble()));
        }
        ArrayNode ordered = JsonFiles.object().putArray("sorted");
        quantiles.valueStream().mapToDouble(JsonNode::asDouble).sorted().forEach(ordered::add);
        result.set("distribution_ms", ordered);
        return result;
    }

    /** What ham 0.1 wrote. */
    static ObjectNode oldBench() {
        ObjectNode bench = JsonFiles.object();
        bench.set("environment", JsonFiles.tree(ENVIRONMENT));
        ArrayNode results = bench.putArray("results");
        for (String strategy : List.of("merged", "per-task")) {
            double factor = strategy.equals("merged") ? 1 : 5;
            results.addObject()
                    .put("strategy", strategy)
                    .put("tasks", 5)
                    .put("p50_ms", 3.478)
                    .put("p90_ms", 4.25)
                    .put("p99_ms", 22.5)
                    .put("throughput_per_s", 204.3)
                    .put("switch_ms", factor - 1)
                    .put("load_ms", 25.5 * factor)
                    .putNull("resident_mb")
                    .put("disk_mb", 12.4 * factor);
        }
        return bench;
    }

    /** The records of a run of any length with every method, as report and its parts. */
    static RunReport run(int tasks, Optional<BenchDocument> bench) {
        Random random = new Random(7);
        ObjectNode run = JsonFiles.object().put("started", "2026-11-23T17:01:48Z");
        run.put("base_sha256", "b3e64f5d02315b7b".repeat(4)).put("data_sha256", "ff747608508d2f94".repeat(4));
        ArrayNode order = run.putArray("class_order");
        ArrayNode names = run.putArray("tasks");
        ArrayNode evaluated = JsonFiles.object().putArray("tasks");
        for (int task = 0; task < tasks; task++) {
            order.add(2 * task).add(2 * task + 1);
            names.addArray().add("aquarium fish " + task).add("pickup truck " + task);
            ObjectNode each = evaluated.addObject().put("images", 200).put("accuracy", random.nextDouble());
            each.putArray("classes").add("aquarium fish " + task).add("pickup truck " + task);
        }
        run.putObject("configuration")
                .put("method", "ham")
                .put("head", "analytic")
                .put("lr", 1e-4)
                .put("tasks", tasks);
        run.set("environment", JsonFiles.tree(ENVIRONMENT));
        run.set(
                "command",
                JsonFiles.tree(List.of("ham", "train", "--base", "backbone", "--data", "cifar-100", "--out", "run")));
        ObjectNode metrics = JsonFiles.object();
        ObjectNode variants = metrics.putObject("variants");
        for (String method : METHODS) {
            for (String head : HEADS) {
                variants.set(method + "/" + head, figures(random, tasks, METHODS.indexOf(method), HEADS.indexOf(head)));
            }
        }
        metrics.setAll((ObjectNode) variants.path("ham/analytic").deepCopy());
        metrics.put("head", "analytic");
        metrics.putArray("warnings")
                .add("rigidification: group 2 fell to 0.41 of its scalar at its last join, after task 9");
        ArrayNode costs = metrics.putArray("tasks");
        for (int task = 0; task < tasks; task++) {
            costs.addObject()
                    .put("task", task)
                    .put("train_s", 20 + random.nextDouble())
                    .put("merge_s", 0.4 + 0.02 * task)
                    .put("images_per_s", 190 + random.nextInt(9));
        }
        ObjectNode evaluation = JsonFiles.object().put("accuracy", 0.355).put("images", 200 * tasks);
        evaluation.set("tasks", evaluated);
        ObjectNode export = JsonFiles.object().put("bytes", 12_413_322);
        export.putObject("parity")
                .put("inputs", "16 seeded images")
                .put("tolerance", 0.00463)
                .put("top1", 1.0)
                .putObject("differences")
                .put("engine", 1.97e-6)
                .put("factored", 2.4e-6);
        return RunReport.of(run, metrics, merge(random, tasks), evaluation, export, bench);
    }

    private static ObjectNode figures(Random random, int tasks, int method, int head) {
        ObjectNode figures = JsonFiles.object()
                .put("last", 0.35 - 0.02 * head)
                .put("average_incremental", 0.5 - 0.02 * head)
                .put("forgetting", 0.1 + 0.05 * method)
                .put("backward_transfer", -0.1 - 0.05 * method);
        ArrayNode rows = figures.putArray("R");
        for (int after = 0; after < tasks; after++) {
            ArrayNode row = rows.addArray();
            for (int task = 0; task <= after; task++) {
                double base = 0.95 - 0.1 * head - 0.03 * method - 0.09 * Math.log1p(after);
                row.add(Math.max(
                        0, Math.min(1, base - 0.05 * Math.log1p(after - task) + 0.06 * random.nextGaussian())));
            }
        }
        return figures;
    }

    private static ObjectNode merge(Random random, int tasks) {
        ObjectNode merge = JsonFiles.object();
        ArrayNode steps = merge.putArray("steps");
        ArrayNode inputs = merge.putArray("inputs");
        double[] alphas = new double[5];
        for (int task = 0; task < tasks; task++) {
            int open = Math.min(5, task);
            int group = task < 5 ? task : random.nextInt(5);
            ArrayNode trained = inputs.addObject()
                    .put("adapter", String.format("%03d", task))
                    .putArray("group_alphas");
            for (int i = 0; i < open; i++) {
                alphas[i] *= 1 + 0.01 * random.nextGaussian();
                trained.add(alphas[i]);
            }
            alphas[group] = task < 5 ? 1.01 : alphas[group];
            ObjectNode step = steps.addObject()
                    .put("adapter", String.format("%03d", task))
                    .put("alpha", 1.01 + 0.004 * random.nextGaussian())
                    .put("group", group)
                    .put("opened", task < 5)
                    .put("group_alpha", alphas[group]);
            ArrayNode similarity = step.putArray("similarity");
            for (int i = 0; i < open; i++) {
                similarity.add(0.02 * random.nextGaussian());
            }
        }
        ArrayNode groups = merge.putArray("groups");
        for (int group = 0; group < Math.min(5, tasks); group++) {
            ObjectNode each = groups.addObject()
                    .put("alpha", alphas[group])
                    .put("rank", 160)
                    .put("norm", 0.25);
            each.putArray("members").add(String.format("%03d", group));
        }
        merge.putArray("warnings").add("group 2 fell to 0.41 of its scalar; the page is \"made up\" & no run");
        return merge;
    }

    /** An experiment of six methods over 50 tasks, with every kind of chart. */
    static ObjectNode experiment() {
        Random random = new Random(11);
        ObjectNode record = JsonFiles.object()
                .put("title", "Six methods over 50 tasks")
                .put("description", "Made-up figures, to see the page: same backbone, data, order and head for all.")
                .put("command", "ham experiment compare --base backbone --data cifar-100 --out results --tasks 50");
        record.set("environment", JsonFiles.tree(ENVIRONMENT));
        record.putArray("notes")
                .add("Bands are one standard deviation over three class orders.")
                .add("Nothing here was measured.");
        ObjectNode table = record.putObject("table");
        table.putArray("columns")
                .add("method")
                .add("last")
                .add("average incremental")
                .add("seconds");
        ArrayNode rows = table.putArray("rows");
        ArrayNode charts = record.putArray("charts");
        ObjectNode line = chart(charts, "Accuracy over tasks", "line", "after task", "accuracy", "fraction");
        ObjectNode bar = chart(charts, "Last accuracy, mean of three orders", "bar", "", "last accuracy", "fraction");
        ObjectNode strip = chart(charts, "Groups by task", "strip", "task", "group", "");
        ObjectNode heat = chart(charts, "Accuracy on each task, all orders", "heat", "", "", "fraction");
        for (String method : METHODS) {
            int index = METHODS.indexOf(method);
            rows.addArray()
                    .add(method)
                    .add(0.355 - 0.01 * index)
                    .add(0.5 - 0.01 * index)
                    .add(1234.5 + index);
            ObjectNode series = series(line, method);
            for (int task = 1; task <= 50; task++) {
                double value = 0.95 - (0.13 + 0.01 * index) * Math.log(task) + 0.01 * random.nextGaussian();
                ((ArrayNode) series.path("x")).add(task);
                ((ArrayNode) series.path("y")).add(value);
                ((ArrayNode) series.path("low")).add(value - 0.015);
                ((ArrayNode) series.path("high")).add(value + 0.015);
            }
        }
        for (String head : HEADS) {
            ObjectNode series = series(bar, head + " head");
            for (String method : METHODS) {
                double value = 0.36 - 0.05 * HEADS.indexOf(head) - 0.01 * METHODS.indexOf(method);
                ((ArrayNode) series.path("x")).add(method);
                ((ArrayNode) series.path("y")).add(value);
                ((ArrayNode) series.path("low")).add(value - 0.008);
                ((ArrayNode) series.path("high")).add(value + 0.008);
            }
        }
        for (String groups : List.of("G_max = 2", "G_max = 5")) {
            ObjectNode series = series(strip, groups);
            for (int task = 1; task <= 50; task++) {
                int most = groups.endsWith("2") ? 2 : 5;
                ((ArrayNode) series.path("x")).add(task);
                ((ArrayNode) series.path("y")).add(task <= most ? task - 1 : random.nextInt(most));
            }
        }
        ArrayNode values = heat.putArray("values");
        heat.remove("series");
        heat.set("rows", JsonFiles.tree(METHODS));
        heat.set("columns", JsonFiles.tree(List.of("1993", "1994", "1995")));
        METHODS.forEach(method ->
                values.addArray().add(0.35).add(0.3 + 0.1 * random.nextDouble()).addNull());
        return record;
    }

    private static ObjectNode chart(ArrayNode charts, String title, String kind, String x, String y, String unit) {
        ObjectNode chart = charts.addObject().put("title", title).put("kind", kind);
        chart.put("x_label", x).put("y_label", y).put("unit", unit).putArray("series");
        return chart;
    }

    private static ObjectNode series(ObjectNode chart, String name) {
        ObjectNode series = ((ArrayNode) chart.path("series")).addObject().put("name", name);
        List.of("x", "y", "low", "high").forEach(series::putArray);
        return series;
    }
}
